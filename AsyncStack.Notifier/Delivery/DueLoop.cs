using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Looks for due deliveries when the next one is due, when it is woken, and at the latest after the poll interval.</summary>
internal sealed class DueLoop(
    DueDeliveries deliveries,
    DueSignal signal,
    Liveness liveness,
    IOptions<NotifierOptions> options,
    TimeProvider time,
    ILogger<DueLoop> logger) : BackgroundService
{
    private static readonly TimeSpan MaxPass = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PauseWhileFull = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var progress = liveness.Watch("webhook due loop", options.Value.PollInterval + MaxPass);
        while (!stoppingToken.IsCancellationRequested)
        {
            progress.Beat();
            var poll = time.GetUtcNow() + options.Value.PollInterval;
            try
            {
                while (await deliveries.ClaimOnceAsync(stoppingToken) > 0)
                {
                    progress.Beat();
                }

                var next = await deliveries.NextAsync(stoppingToken) ?? poll;
                await signal.WaitUntilAsync(WakeTime(next, poll), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.DueFailed(logger, exception.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // What is overdue and was not taken has no room here, or another notifier is taking it.
    private DateTimeOffset WakeTime(DateTimeOffset next, DateTimeOffset poll)
    {
        var now = time.GetUtcNow();
        return next > poll ? poll : next > now ? next : now + PauseWhileFull;
    }
}

using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Deletes outdated rows now and then.</summary>
public sealed class PruneLoop(OutdatedRows rows, IOptions<WorkerOptions> options, TimeProvider time, ILogger<PruneLoop> logger)
    : BackgroundService
{
    /// <summary>One pass.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (OutdatedRows.MoreMayWait(await rows.DeleteKeysAsync(cancellationToken)))
        {
        }

        if (options.Value.Retention is { } retention)
        {
            while (OutdatedRows.MoreMayWait(await rows.DeleteJobsAsync(time.GetUtcNow(), retention, cancellationToken)))
            {
            }

            while (OutdatedRows.MoreMayWait(await rows.DeleteEventsAsync(retention, cancellationToken)))
            {
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PruneInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.PruneFailed(logger, exception.Message);
            }
        }
    }
}

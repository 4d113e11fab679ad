using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Sleeps until the next scheduled job is due, or until it hears of an earlier one.</summary>
public sealed class SchedulerLoop(
    DueJobs due, SchedulerSignal signal, IOptions<WorkerOptions> options, Liveness liveness, ILogger<SchedulerLoop> logger)
    : BackgroundService
{
    // Another worker may hold the due rows locked for a moment; asking without pause would not free them.
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(10);

    /// <summary>One pass: queues all that is due.</summary>
    /// <returns>How long to sleep.</returns>
    public async Task<TimeSpan> RunOnceAsync(CancellationToken cancellationToken)
    {
        var next = await due.NextAsync(cancellationToken);
        while (next == TimeSpan.Zero && await due.QueueAsync(cancellationToken) > 0)
        {
            next = await due.NextAsync(cancellationToken);
        }

        return SleepFor(next, options.Value.ScheduleInterval);
    }

    /// <summary>The sleep between two passes.</summary>
    public static TimeSpan SleepFor(TimeSpan? next, TimeSpan longest) =>
        next is not { } wait || wait > longest ? longest
        : wait < ShortestSleep ? ShortestSleep
        : wait;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beat = liveness.Watch("scheduler", options.Value.ScheduleInterval + TimeSpan.FromMinutes(2));
        while (!stoppingToken.IsCancellationRequested)
        {
            var sleep = options.Value.ScheduleInterval;
            try
            {
                sleep = await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.ScheduleFailed(logger, exception.Message);
            }

            beat.Beat();
            await signal.WaitAsync(sleep, stoppingToken);
        }
    }
}

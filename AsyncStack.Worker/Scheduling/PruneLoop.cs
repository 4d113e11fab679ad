using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Deletes outdated rows now and then.</summary>
public sealed class PruneLoop(OutdatedRows rows, IOptions<WorkerOptions> options, TimeProvider time, ILogger<PruneLoop> logger)
    : BackgroundService
{
    /// <summary>One pass.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await DrainAsync(() => rows.DeleteKeysAsync(cancellationToken));
        if (options.Value.AuditRetention is { } auditRetention)
        {
            await DrainAsync(() => rows.DeleteAuditAsync(now - auditRetention, cancellationToken));
        }

        if (options.Value.Retention is { } retention)
        {
            await DrainAsync(() => rows.DeleteJobsAsync(now, retention, cancellationToken));
            await DrainAsync(() => rows.DeleteRunsAsync(now, retention, cancellationToken));
            await DrainAsync(() => rows.DeleteEventsAsync(retention, cancellationToken));
            await DrainAsync(() => rows.DeleteMessagesAsync(now - retention, cancellationToken));
            await DrainAsync(() => rows.DeleteHealthAsync(now - retention, cancellationToken));
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

    private static async Task DrainAsync(Func<Task<int>> deleteBatch)
    {
        while (OutdatedRows.MoreMayWait(await deleteBatch()))
        {
        }
    }
}

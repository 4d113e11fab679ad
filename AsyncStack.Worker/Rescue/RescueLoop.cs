using AsyncStack.ServiceDefaults.Health;
using AsyncStack.Core.Workflows.Running;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Rescue;

/// <summary>Looks every few seconds for jobs that nobody would run otherwise. Every worker does; there is no leader.</summary>
public sealed class RescueLoop(
    LostJobs lost, OrphanedJobs orphaned, FreePlaces places, IOptions<WorkerOptions> options, Liveness liveness, TimeProvider time, ILogger<RescueLoop> logger)
    : BackgroundService
{
    // What nobody waits for is looked at less often: an idle worker should cost nothing.
    private const int PassesBetweenSweeps = 5;

    /// <summary>Takes the jobs that nobody answers for.</summary>
    public async Task RescueAsync(CancellationToken cancellationToken)
    {
        if (await lost.RescueAsync(cancellationToken) is > 0 and var rescued)
        {
            WorkerMetrics.Rescued.Add(rescued, new KeyValuePair<string, object?>("cause", "lost"));
            Log.Rescued(logger, rescued);
        }
    }

    /// <summary>Forgets dead workers and tells again of jobs whose message is gone.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await lost.ForgetDeadWorkersAsync(cancellationToken);
        await places.GiveAsync(cancellationToken);
        if (await orphaned.RedispatchAsync(cancellationToken) is > 0 and var redispatched)
        {
            WorkerMetrics.Rescued.Add(redispatched, new KeyValuePair<string, object?>("cause", "orphaned"));
            Log.Redispatched(logger, redispatched);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var beat = liveness.Watch("rescue", options.Value.RescueInterval + TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(options.Value.RescueInterval, time);
        for (var pass = 0; await timer.WaitForNextTickAsync(stoppingToken); pass++)
        {
            beat.Beat();
            try
            {
                await RescueAsync(stoppingToken);
                if (pass % PassesBetweenSweeps == 0)
                {
                    await SweepAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.RescueFailed(logger, exception.Message);
            }
        }
    }
}

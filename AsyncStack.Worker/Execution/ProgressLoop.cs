using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Execution;

/// <summary>
/// Writes progress about once a second. Not the heartbeat's business: a job's row that somebody holds locked would
/// keep the lease waiting.
/// </summary>
public sealed class ProgressLoop(
    JobProgress progress, RunningJobs jobs, IOptions<WorkerOptions> options, TimeProvider time, ILogger<ProgressLoop> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ProgressInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var running = jobs.All;
            try
            {
                await progress.WriteAsync(running, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.ProgressFailed(logger, running.Count, exception.Message);
            }
        }
    }
}

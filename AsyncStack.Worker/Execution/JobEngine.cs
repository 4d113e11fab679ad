using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Rescue;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Execution;

/// <summary>
/// Starts and stops what runs jobs, in order: nothing is claimed before the lease stands, and the lease stands until the
/// last job has ended or gone back to its queue.
/// </summary>
public sealed class JobEngine(
    Heartbeat heartbeat,
    WorkerLease lease,
    JobConsumers consumers,
    PausedQueues paused,
    ClaimLoop claims,
    InstantLoop instants,
    JobRunner runner,
    RunningJobs jobs,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobEngine> logger) : BackgroundService
{
    // A slot's last write needs the database, which may be the reason for the stop.
    private static readonly TimeSpan ReturnTimeout = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await StopAsync();
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        // Handlers that block a thread must not keep deliveries and acknowledgements waiting for the pool to grow.
        ThreadPool.GetMinThreads(out var threads, out var ports);
        ThreadPool.SetMinThreads(Math.Max(threads, options.Value.Concurrency + Environment.ProcessorCount), ports);
        await Outage.OutlastAsync(() => lease.RenewAsync(stopping), e => Log.HeartbeatFailed(logger, e.Message), time, stopping);
        heartbeat.Start();
        await Outage.OutlastAsync(() => paused.ApplyAsync(stopping), e => Log.PausesNotRead(logger, e.Message), time, stopping);
        await consumers.StartAsync(stopping);
        Log.Started(logger, options.Value.Concurrency);
        await Task.WhenAll(claims.RunAsync(stopping), instants.RunAsync(stopping));
    }

    private async Task StopAsync()
    {
        await consumers.StopAsync();
        Log.Draining(logger, jobs.Count, options.Value.DrainTimeout);
        if (!await DrainedAsync(options.Value.DrainTimeout))
        {
            foreach (var running in jobs.All)
            {
                running.Stop(StopCause.Stopping);
            }

            await DrainedAsync(ReturnTimeout);
            await runner.AbortAsync();
        }

        heartbeat.Stop();
        await EndLeaseAsync();
    }

    private async Task<bool> DrainedAsync(TimeSpan atMost)
    {
        try
        {
            await jobs.EmptyAsync().WaitAsync(atMost, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task EndLeaseAsync()
    {
        using var deadline = new CancellationTokenSource(ReturnTimeout, time);
        try
        {
            await lease.EndAsync(deadline.Token);
        }
        catch (Exception exception)
        {
            Log.HeartbeatFailed(logger, exception.Message);
        }
    }
}

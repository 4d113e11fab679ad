using AsyncStack.ServiceDefaults.Health;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Worker.Rescue;

/// <summary>
/// Renews the lease from a thread of its own with a connection of its own, so that neither handlers that fill the thread
/// pool nor a busy connection pool can make a living worker look dead.
/// </summary>
public sealed class Heartbeat(
    NpgsqlDataSource database,
    WorkerLease lease,
    RunningJobs jobs,
    IOptions<WorkerOptions> options,
    Liveness liveness,
    ILogger<Heartbeat> logger) : IDisposable
{
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "heartbeat", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Ends the heartbeat; a beat under way is awaited.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread?.Join();
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Run()
    {
        using var beat = liveness.Watch("heartbeat", options.Value.Lease * 6);
        NpgsqlConnection? connection = null;
        do
        {
            try
            {
                connection ??= database.OpenConnection();
                BeatOnce(connection);
                beat.Beat();
            }
            catch (Exception exception)
            {
                Log.HeartbeatFailed(logger, exception.Message);
                connection?.Dispose();
                connection = null;
            }
        }
        while (!_stop.Wait(options.Value.HeartbeatInterval));
        connection?.Dispose();
    }

    private void BeatOnce(NpgsqlConnection connection)
    {
        foreach (var (id, attempt) in lease.Beat(connection, jobs.All))
        {
            if (jobs.Stop(id, attempt, StopCause.Lost))
            {
                Log.Lost(logger, id, attempt);
            }
        }
    }
}

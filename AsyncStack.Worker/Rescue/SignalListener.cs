using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Scheduling;
using Npgsql;

namespace AsyncStack.Worker.Rescue;

/// <summary>
/// Hears within milliseconds that a job was canceled or scheduled. What is missed while the connection is down comes
/// with the next heartbeat and the scheduler's next look.
/// </summary>
public sealed class SignalListener(
    NpgsqlDataSource database, RunningJobs jobs, SchedulerSignal scheduler, TimeProvider time, ILogger<SignalListener> logger)
    : NotificationListener(database, [JobSignals.Canceled, JobSignals.Scheduled], time, logger)
{
    protected override void Listening()
    {
        Log.Listening(logger);
        scheduler.Set();
    }

    protected override void Hear(string channel, string payload)
    {
        if (channel == JobSignals.Scheduled)
        {
            scheduler.Set();
        }
        else if (Guid.TryParse(payload, out var id) && jobs.Stop(id, attempt: null, StopCause.Lost))
        {
            Log.Canceled(logger, id);
        }
    }
}

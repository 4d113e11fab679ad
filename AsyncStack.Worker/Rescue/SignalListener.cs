using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Scheduling;
using Npgsql;

namespace AsyncStack.Worker.Rescue;

/// <summary>
/// Hears within milliseconds that a job was canceled or scheduled, or a queue paused or resumed. What is missed while the connection is
/// down comes with the next heartbeat, with the scheduler's next look, and with the look at the queues when it listens again.
/// </summary>
public sealed class SignalListener(
    NpgsqlDataSource database,
    RunningJobs jobs,
    SchedulerSignal scheduler,
    PausedQueuesSignal queues,
    TimeProvider time,
    ILogger<SignalListener> logger)
    : NotificationListener(database, [JobSignals.Canceled, JobSignals.Scheduled, QueueControls.Changed], time, logger)
{
    protected override void Listening()
    {
        Log.Listening(logger);
        scheduler.Set();
        queues.Set();
    }

    protected override void Hear(string channel, string payload)
    {
        if (channel == JobSignals.Scheduled)
        {
            scheduler.Set();
        }
        else if (channel == QueueControls.Changed)
        {
            queues.Set();
        }
        else if (Guid.TryParse(payload, out var id) && jobs.Stop(id, attempt: null, StopCause.Lost))
        {
            Log.Canceled(logger, id);
        }
    }
}

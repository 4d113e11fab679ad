using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "The worker takes jobs, {Slots} at once")]
    public static partial void Started(ILogger logger, int slots);

    [LoggerMessage(2, LogLevel.Information, "The worker stops; {Count} running jobs have {Timeout} to end")]
    public static partial void Draining(ILogger logger, int count, TimeSpan timeout);

    [LoggerMessage(3, LogLevel.Warning, "Cannot consume {Queue}, trying again: {Reason}")]
    public static partial void ConsumeFailed(ILogger logger, string queue, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The broker closed the channel that consumes {Queue}: {Reason}")]
    public static partial void ChannelClosed(ILogger logger, string queue, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Could not claim {Count} jobs, their messages wait here: {Reason}")]
    public static partial void ClaimFailed(ILogger logger, int count, string reason);

    [LoggerMessage(6, LogLevel.Warning, "Could not run {Count} messages of instant jobs, they wait here: {Reason}")]
    public static partial void InstantFailed(ILogger logger, int count, string reason);

    [LoggerMessage(7, LogLevel.Warning, "{Count} instant jobs could not be ended together and are run one by one: {Reason}")]
    public static partial void InstantRefused(ILogger logger, int count, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Instant job {JobId} of type {JobType} threw and is run by itself: {Reason}")]
    public static partial void InstantThrew(ILogger logger, Guid jobId, string jobType, string reason);

    [LoggerMessage(9, LogLevel.Debug, "Handed back {Count} waiting jobs, another worker has room")]
    public static partial void HandedBack(ILogger logger, int count);

    [LoggerMessage(10, LogLevel.Warning, "Could not find out whether another worker has room: {Reason}")]
    public static partial void HandBackFailed(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "Attempt {Attempt} of job {JobId} ({JobType}) threw")]
    public static partial void HandlerFailed(ILogger logger, Guid jobId, int attempt, string jobType, Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "Attempt {Attempt} of job {JobId} ({JobType}) does not stop although told to ({Cause}); it is abandoned")]
    public static partial void Abandoned(ILogger logger, Guid jobId, int attempt, string jobType, StopCause cause);

    [LoggerMessage(13, LogLevel.Debug, "Discarded the end of attempt {Attempt} of job {JobId}: the job had ended or is run elsewhere")]
    public static partial void Discarded(ILogger logger, Guid jobId, int attempt);

    [LoggerMessage(14, LogLevel.Warning, "Could not write the end of job {JobId}, trying again: {Reason}")]
    public static partial void WriteFailed(ILogger logger, Guid jobId, string reason);

    [LoggerMessage(15, LogLevel.Warning, "Could not store the result of job {JobId}, trying again: {Reason}")]
    public static partial void StoreFailed(ILogger logger, Guid jobId, string reason);

    [LoggerMessage(16, LogLevel.Error, "The end of attempt {Attempt} of job {JobId} is not written; another worker will take the job: {Reason}")]
    public static partial void LeftToRescue(ILogger logger, Guid jobId, int attempt, string reason);

    [LoggerMessage(17, LogLevel.Warning, "The heartbeat failed: {Reason}")]
    public static partial void HeartbeatFailed(ILogger logger, string reason);

    [LoggerMessage(18, LogLevel.Information, "Attempt {Attempt} of job {JobId} is no longer this worker's and is stopped")]
    public static partial void Lost(ILogger logger, Guid jobId, int attempt);

    [LoggerMessage(19, LogLevel.Information, "Job {JobId} was canceled and is stopped")]
    public static partial void Canceled(ILogger logger, Guid jobId);

    [LoggerMessage(21, LogLevel.Information, "Took {Count} jobs that nobody answered for")]
    public static partial void Rescued(ILogger logger, int count);

    [LoggerMessage(22, LogLevel.Information, "Told the workers again of {Count} queued jobs whose message was gone")]
    public static partial void Redispatched(ILogger logger, int count);

    [LoggerMessage(23, LogLevel.Warning, "The rescue pass failed and will be tried again: {Reason}")]
    public static partial void RescueFailed(ILogger logger, string reason);

    [LoggerMessage(24, LogLevel.Warning, "The scheduler's pass failed and will be tried again: {Reason}")]
    public static partial void ScheduleFailed(ILogger logger, string reason);

    [LoggerMessage(25, LogLevel.Warning, "Could not delete outdated rows: {Reason}")]
    public static partial void PruneFailed(ILogger logger, string reason);

    [LoggerMessage(26, LogLevel.Warning, "Could not write {Count} answers from outside, they wait here: {Reason}")]
    public static partial void ExternalFailed(ILogger logger, int count, string reason);

    [LoggerMessage(27, LogLevel.Information, "Dropped an answer for job {JobId}, which no longer waits for one")]
    public static partial void LateResult(ILogger logger, Guid jobId);

    [LoggerMessage(28, LogLevel.Warning, "Kept a message of {Queue} as a dead letter: {Reason}")]
    public static partial void DeadLetterKept(ILogger logger, string queue, string reason);

    [LoggerMessage(29, LogLevel.Warning, "Could not keep a dead letter of {Queue}, it stays in its queue: {Reason}")]
    public static partial void DeadLetterFailed(ILogger logger, string queue, string reason);

    [LoggerMessage(30, LogLevel.Debug, "Hears of cancellations and scheduled jobs at once")]
    public static partial void Listening(ILogger logger);

    [LoggerMessage(31, LogLevel.Warning, "Could not write the progress of {Count} jobs, which comes with the next: {Reason}")]
    public static partial void ProgressFailed(ILogger logger, int count, string reason);

    [LoggerMessage(32, LogLevel.Warning, "Could not write {Count} events of {Queue}, they wait here: {Reason}")]
    public static partial void EventsNotWritten(ILogger logger, int count, string queue, string reason);

    [LoggerMessage(40, LogLevel.Warning, "Could not save {Count} messages, they wait here: {Reason}")]
    public static partial void SavingFailed(ILogger logger, int count, string reason);

    [LoggerMessage(50, LogLevel.Information, "The worker {What} from {Queue}, as an operator wants it")]
    public static partial void QueueHeld(ILogger logger, string queue, string what);

    [LoggerMessage(60, LogLevel.Information, "{Method} {Url} answered {Status}")]
    public static partial void HttpAnswered(ILogger logger, string method, string url, int status);

    [LoggerMessage(62, LogLevel.Information, "Triggered the DAG run {Run} of {Dag}")]
    public static partial void DagTriggered(ILogger logger, string dag, string run);

    [LoggerMessage(63, LogLevel.Warning, "Could not ask Airflow after DAG runs: {Reason}")]
    public static partial void AirflowNotAsked(ILogger logger, string reason);

    [LoggerMessage(64, LogLevel.Information, "This worker starts what schedules want")]
    public static partial void LeadsSchedules(ILogger logger);

    [LoggerMessage(65, LogLevel.Warning, "This worker no longer starts what schedules want: {Reason}")]
    public static partial void SchedulesNotLed(ILogger logger, string reason);

    [LoggerMessage(61, LogLevel.Warning, "Could not keep {Count} lines that steps logged: {Reason}")]
    public static partial void StepLogsLost(ILogger logger, int count, string reason);

    [LoggerMessage(51, LogLevel.Warning, "Could not find out which queues are paused, trying again: {Reason}")]
    public static partial void PausesNotRead(ILogger logger, string reason);
}

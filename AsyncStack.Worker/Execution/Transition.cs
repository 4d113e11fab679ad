using AsyncStack.Core.Jobs;

namespace AsyncStack.Worker.Execution;

/// <summary>What becomes of a job after an attempt.</summary>
public abstract record Transition
{
    private Transition()
    {
    }

    /// <summary>The job is over.</summary>
    public sealed record End(string State, string? ResultJson = null, string? ResultUri = null, string? Error = null) : Transition;

    /// <summary>The job waits for another attempt.</summary>
    public sealed record TryAgain(TimeSpan Delay, string Reason) : Transition;

    /// <summary>The job goes to another worker at once.</summary>
    public sealed record GiveBack(string Reason) : Transition;

    /// <summary>Somebody else decides: nothing is written.</summary>
    public sealed record Leave : Transition;

    /// <summary>The transition that follows from an outcome.</summary>
    /// <param name="outcome">How the attempt ended; null when it was stopped without one.</param>
    /// <param name="cause">Why it was stopped, if it was.</param>
    /// <param name="job">The attempt.</param>
    /// <param name="backoff">The wait before the next attempt.</param>
    public static Transition After(JobOutcome? outcome, StopCause cause, ClaimedJob job, TimeSpan backoff) => outcome switch
    {
        _ when cause == StopCause.Lost => new Leave(),
        JobOutcome.Completed done => new End(JobState.Completed, done.ResultJson, done.ResultUri),
        JobOutcome.Failed failed => new End(JobState.Failed, Error: failed.Error),
        JobOutcome.HandedOver => new Leave(),
        JobOutcome.Canceled => new End(JobState.Canceled),
        _ when cause == StopCause.Stopping => new GiveBack("worker stopped"),
        _ when cause == StopCause.TimedOut => Again($"timed out after {job.TimeoutSeconds}s", backoff, job),
        JobOutcome.Retry retry => Again(retry.Error, retry.Delay ?? backoff, job),
        _ => Again("the handler returned no outcome", backoff, job),
    };

    private static Transition Again(string error, TimeSpan delay, ClaimedJob job) =>
        job.Attempt < job.MaxAttempts ? new TryAgain(delay, error) : new End(JobState.Failed, Error: error);
}

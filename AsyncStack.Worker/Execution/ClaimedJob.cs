namespace AsyncStack.Worker.Execution;

/// <summary>A job whose current attempt is this worker's.</summary>
public sealed record ClaimedJob(
    Guid Id,
    string CorrelationId,
    string JobType,
    string Payload,
    int Attempt,
    int MaxAttempts,
    int TimeoutSeconds,
    string? TraceParent)
{
    /// <summary>The outermost run of the workflow it is of; null for a job of none.</summary>
    public Guid? RootRunId { get; init; }

    /// <summary>The run whose step it is of; null for a job of none.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The wait before another attempt; null for the worker's own.</summary>
    public TimeSpan? RetryDelay { get; init; }
}

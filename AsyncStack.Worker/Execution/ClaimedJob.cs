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
    string? TraceParent);

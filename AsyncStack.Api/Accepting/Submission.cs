using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Accepting;

/// <summary>A checked job on its way into the database, with what protects it from being accepted twice.</summary>
internal sealed record Submission
{
    public required Guid Id { get; init; }

    public required string CorrelationId { get; init; }

    public required string JobType { get; init; }

    /// <summary>JSON, byte for byte as it came.</summary>
    public required string Payload { get; init; }

    public string Priority { get; init; } = JobPriority.Default;

    public required int MaxAttempts { get; init; }

    public required int TimeoutSeconds { get; init; }

    /// <summary>Set only when it lies in the future.</summary>
    public DateTimeOffset? RunAt { get; init; }

    public string? CallbackUrl { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>The <c>Idempotency-Key</c> the request carried.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The datasets it works on, its own first.</summary>
    public Guid[] DatasetIds { get; init; } = [];

    /// <summary>What it is answered with, stored with the key so that a repeat gets the same.</summary>
    public JobAnswer Answer { get; init; }
}

/// <summary>An idempotency key within the operation it was used for, and the hash of the body it came with.</summary>
internal sealed record IdempotencyKey(string Scope, string Value, byte[] RequestHash);

/// <summary>What became of a submission.</summary>
internal abstract record AcceptOutcome
{
    private AcceptOutcome()
    {
    }

    /// <summary>Committed now.</summary>
    public sealed record Accepted : AcceptOutcome;

    /// <summary>Committed before, under the same key with the same body.</summary>
    public sealed record Repeated(JobAnswer Answer) : AcceptOutcome;

    /// <summary>Not to be accepted; the answer says why.</summary>
    public sealed record Refused(IResult Answer) : AcceptOutcome;

    /// <summary>Another job has this correlation id.</summary>
    public sealed record CorrelationIdTaken : AcceptOutcome;

    /// <summary>The key was used with another body.</summary>
    public sealed record KeyReused : AcceptOutcome;

    /// <summary>A request with the same key has not been answered yet.</summary>
    public sealed record KeyInFlight : AcceptOutcome;

    /// <summary>Too many submissions wait for their commit already.</summary>
    public sealed record Busy : AcceptOutcome;
}

namespace AsyncStack.Core.DeadLetters;

/// <summary>A message that no consumer could take, kept until somebody redrives it.</summary>
public sealed class DeadLetter
{
    public Guid Id { get; init; }

    /// <summary>The queue it was taken from.</summary>
    public required string Queue { get; init; }

    /// <summary>Why it was given up.</summary>
    public required string Reason { get; init; }

    public required string Exchange { get; init; }

    public required string RoutingKey { get; init; }

    public string? Type { get; init; }

    public string? CorrelationId { get; init; }

    public string? Traceparent { get; init; }

    public required byte[] Body { get; init; }

    public DateTimeOffset DeadAt { get; init; }

    public DateTimeOffset? RedrivenAt { get; set; }
}

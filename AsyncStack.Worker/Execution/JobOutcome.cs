using System.Text.Json.Serialization.Metadata;
using System.Text.Json;

namespace AsyncStack.Worker.Execution;

/// <summary>How an attempt ended. Closed: the engine knows what to do with each.</summary>
public abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    /// <summary>The work is done.</summary>
    /// <param name="ResultJson">The result as JSON; what exceeds 64 KiB is moved to object storage. Null when there is none.</param>
    /// <param name="ResultUri">Where the handler has stored the result itself.</param>
    public sealed record Completed(string? ResultJson, string? ResultUri = null) : JobOutcome;

    /// <summary>Another attempt may succeed; the job fails when none is left.</summary>
    /// <param name="Error">What went wrong.</param>
    /// <param name="Delay">How long to wait; null for the exponential backoff of the options.</param>
    public sealed record Retry(string Error, TimeSpan? Delay = null) : JobOutcome;

    /// <summary>No attempt will succeed.</summary>
    public sealed record Failed(string Error) : JobOutcome;

    /// <summary>The handler found that the work is no longer wanted.</summary>
    public sealed record Canceled : JobOutcome;

    /// <summary>Somebody outside goes on with the job; the handler has recorded that in the database.</summary>
    public sealed record HandedOver : JobOutcome;

    /// <summary>Completed with a value, written as JSON.</summary>
    public static JobOutcome Complete<T>(T value, JsonTypeInfo<T> type) => new Completed(JsonSerializer.Serialize(value, type));
}

using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>A log record as it is kept.</summary>
internal sealed class LogEntry
{
    /// <summary>Its fields, and its share of the indexes.</summary>
    public const int OwnBytes = 240;

    /// <summary>Its place in the order of arrival, from 1; the store gives it.</summary>
    public long Seq { get; set; }

    /// <summary>When it came, by the store's clock.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>Nanoseconds since the epoch, by the sender's clock.</summary>
    public required long Time { get; init; }
    public required Origin Origin { get; init; }
    public required Scope Scope { get; init; }
    public required byte SeverityNumber { get; init; }
    public string? SeverityText { get; init; }

    /// <summary>A value as those of attributes; nearly always a string.</summary>
    public object? Body { get; init; }
    public string? EventName { get; init; }
    public UInt128 TraceId { get; init; }
    public ulong SpanId { get; init; }
    public required Tag[] Tags { get; init; }

    /// <summary>What it answers for in the store's budget.</summary>
    public required int Bytes { get; init; }

    /// <summary>Neighbours among the kept records of its trace.</summary>
    public LogEntry? Before { get; set; }
    public LogEntry? After { get; set; }
}

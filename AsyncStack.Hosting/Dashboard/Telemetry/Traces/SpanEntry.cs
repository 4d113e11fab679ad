using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>A span as it is kept; its trace has its trace's id.</summary>
internal sealed class SpanEntry
{
    private const int FieldBytes = 184;
    private const int EventBytes = 56;
    private const int LinkBytes = 64;

    public required ulong Id { get; init; }

    /// <summary>0 for a root.</summary>
    public required ulong ParentId { get; init; }
    public required Origin Origin { get; init; }
    public required Scope Scope { get; init; }
    public required string Name { get; init; }
    public required byte Kind { get; init; }
    public required byte Status { get; init; }
    public string? StatusMessage { get; init; }
    public string? TraceState { get; init; }
    public uint Flags { get; init; }

    /// <summary>Nanoseconds since the epoch.</summary>
    public required long Start { get; init; }
    public required long End { get; init; }
    public required Tag[] Tags { get; init; }
    public required SpanEvent[] Events { get; init; }
    public required SpanLink[] Links { get; init; }

    /// <summary>What it answers for in the store's budget.</summary>
    public int Bytes { get; set; }

    public bool IsError => Status == (int)Otlp.Wire.Status.Types.StatusCode.Error;

    /// <summary>Its fields, and those of its events and links.</summary>
    public int OwnBytes() => FieldBytes + (EventBytes * Events.Length) + (LinkBytes * Links.Length);
}

internal sealed record SpanEvent(string Name, long Time, Tag[] Tags);

internal sealed record SpanLink(UInt128 TraceId, ulong SpanId, Tag[] Tags);

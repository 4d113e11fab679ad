using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

internal enum MetricType
{
    Sum,
    Gauge,
    Histogram,
    ExponentialHistogram,
    Summary,
}

/// <summary>What a value is relative to those before it.</summary>
internal enum Course
{
    /// <summary>It stands for itself.</summary>
    Level,

    /// <summary>It has grown since the start of its stream.</summary>
    Cumulative,

    /// <summary>It comes on top of those before.</summary>
    Delta,
}

/// <summary>An instrument as its sender describes it.</summary>
internal sealed record InstrumentInfo(
    string Resource, string Meter, string Name, MetricType Type, string Unit, string Description, bool Monotonic, string? Temporality)
{
    public (string Resource, string Meter, string Name, MetricType Type) Key => (Resource, Meter, Name, Type);

    public int Bytes => 400 + Tag.SizeOfText(Meter) + Tag.SizeOfText(Name) + Tag.SizeOfText(Unit) + Tag.SizeOfText(Description);
}

/// <summary>A point from the wire.</summary>
/// <param name="Instrument">What was measured.</param>
/// <param name="Origin">By whom.</param>
/// <param name="Labels">Its attributes, by key.</param>
/// <param name="Course">How its value is meant.</param>
/// <param name="Start">Since when it counts, in nanoseconds since the epoch; 0 when that is not told.</param>
/// <param name="Time">Its moment.</param>
/// <param name="Value">The number; of histograms and summaries how many values there were.</param>
/// <param name="Distribution">Of histograms and summaries.</param>
/// <param name="Exemplars">Measurements with their spans.</param>
internal readonly record struct Reading(
    InstrumentInfo Instrument, Origin Origin, Tag[] Labels, Course Course, long Start, long Time, double Value, Distribution? Distribution, Exemplar[] Exemplars);

/// <summary>A measurement and the span in which it was made.</summary>
internal sealed record Exemplar(long Time, double Value, UInt128 TraceId, ulong SpanId);

/// <summary>
/// A point as it is kept. Whatever the sender's way, sums and histograms are kept as totals that go on through restarts of the sender,
/// so that any two points tell what came between them.
/// </summary>
internal readonly record struct Point(long Time, double Value, Distribution? Distribution);

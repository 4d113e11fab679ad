namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

internal sealed record InstrumentList(IReadOnlyList<InstrumentView> Instruments);

/// <summary>An instrument; <c>Last</c> is the moment of its last point in microseconds.</summary>
internal sealed record InstrumentView(
    string Resource, string Meter, string Name, string Unit, string Description, string Type, bool Monotonic, string? Temporality,
    IReadOnlyList<DimensionView> Dimensions, int Series, decimal Last);

internal sealed record DimensionView(string Key, IReadOnlyList<string> Values);

internal sealed record ChartView(
    string Type, string Unit, IReadOnlyList<decimal> Times, IReadOnlyList<LineView> Series, IReadOnlyList<ExemplarView> Exemplars, bool Truncated);

internal sealed record LineView(
    IReadOnlyDictionary<string, string> Labels, double?[] Values, IReadOnlyDictionary<string, double?[]>? Percentiles, double?[]? Counts);

internal sealed record ExemplarView(decimal At, double Value, string TraceId, string? SpanId, IReadOnlyDictionary<string, string> Labels);

internal sealed record MetricNews(IReadOnlyList<string> Resources);

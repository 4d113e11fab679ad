using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>Points of metrics from the wire into the store.</summary>
internal sealed class MetricIngest(MetricStore store, SharedTexts texts, OriginReader origins, TelemetryLimits limits, TimeProvider time)
{
    private const uint NoValue = (uint)DataPointFlags.NoRecordedValueMask;

    /// <summary>Clocks that are ahead by more than this are wrong.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    public Refused Add(RepeatedField<ResourceMetrics> wire)
    {
        var batch = new Batch(new TagReader(texts), Nanoseconds.Now(time) - Nanoseconds.Of(limits.Age), Nanoseconds.Of(time.GetUtcNow() + Ahead));
        foreach (var resource in wire)
        {
            var origin = origins.Read(resource.Resource, batch.Tags);
            foreach (var part in resource.ScopeMetrics)
            {
                var scope = origins.Read(part.Scope, batch.Tags);
                foreach (var metric in part.Metrics)
                    Read(metric, origin, scope, batch);
            }
        }

        return store.Add(batch.Readings, batch.Refused);
    }

    private static void Read(Metric metric, Origin origin, Scope scope, Batch batch)
    {
        if (metric.Name.Length == 0)
        {
            batch.Refused = batch.Refused.Add("A metric has no name.");
            return;
        }

        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                var gauge = Info(metric, origin, scope, batch.Tags, MetricType.Gauge, default);
                foreach (var point in metric.Gauge.DataPoints)
                    Add(batch, Read(point, gauge, origin, Course.Level, batch), point.Flags);
                break;
            case Metric.DataOneofCase.Sum:
                var sum = Info(metric, origin, scope, batch.Tags, MetricType.Sum, metric.Sum.AggregationTemporality) with { Monotonic = metric.Sum.IsMonotonic };
                var course = CourseOf(metric.Sum.AggregationTemporality);
                foreach (var point in metric.Sum.DataPoints)
                    Add(batch, Read(point, sum, origin, course == Course.Cumulative && !sum.Monotonic ? Course.Level : course, batch), point.Flags);
                break;
            case Metric.DataOneofCase.Histogram:
                var histogram = Info(metric, origin, scope, batch.Tags, MetricType.Histogram, metric.Histogram.AggregationTemporality);
                foreach (var point in metric.Histogram.DataPoints)
                    Add(batch, HistogramPoints.Read(point, out var reason) is { } buckets
                        ? new Reading(
                            histogram, origin, Labels(point.Attributes, batch.Tags), CourseOf(metric.Histogram.AggregationTemporality),
                            Nanoseconds.Of(point.StartTimeUnixNano), Nanoseconds.Of(point.TimeUnixNano), buckets.Count, buckets, Read(point.Exemplars))
                        : null, point.Flags, reason);
                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                var exponential = Info(metric, origin, scope, batch.Tags, MetricType.ExponentialHistogram, metric.ExponentialHistogram.AggregationTemporality);
                foreach (var point in metric.ExponentialHistogram.DataPoints)
                    Add(batch, HistogramPoints.Read(point, out var reason) is { } buckets
                        ? new Reading(
                            exponential, origin, Labels(point.Attributes, batch.Tags), CourseOf(metric.ExponentialHistogram.AggregationTemporality),
                            Nanoseconds.Of(point.StartTimeUnixNano), Nanoseconds.Of(point.TimeUnixNano), buckets.Count, buckets, Read(point.Exemplars))
                        : null, point.Flags, reason);
                break;
            case Metric.DataOneofCase.Summary:
                var summary = Info(metric, origin, scope, batch.Tags, MetricType.Summary, default);
                foreach (var point in metric.Summary.DataPoints)
                    Add(batch, new Reading(
                        summary, origin, Labels(point.Attributes, batch.Tags), Course.Cumulative, Nanoseconds.Of(point.StartTimeUnixNano),
                        Nanoseconds.Of(point.TimeUnixNano), point.Count, HistogramPoints.Read(point), []), point.Flags);
                break;
            default:
                break;
        }
    }

    private static Reading Read(NumberDataPoint point, InstrumentInfo info, Origin origin, Course course, Batch batch) => new(
        info, origin, Labels(point.Attributes, batch.Tags), course, Nanoseconds.Of(point.StartTimeUnixNano), Nanoseconds.Of(point.TimeUnixNano),
        point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble, null, Read(point.Exemplars));

    private static void Add(Batch batch, Reading? reading, uint flags, string? reason = null)
    {
        if ((flags & NoValue) != 0)
            return;
        if (reading is not { } point)
            batch.Refused = batch.Refused.Add(reason!);
        else if (point.Time < batch.Earliest || point.Time > batch.Latest)
            batch.Refused = batch.Refused.Add($"The point of '{point.Instrument.Name}' at time_unix_nano {point.Time} is too old to be kept, or an hour ahead of this clock.");
        else if (double.IsFinite(point.Value))
            batch.Readings.Add(point);
    }

    private static InstrumentInfo Info(Metric metric, Origin origin, Scope scope, TagReader tags, MetricType type, AggregationTemporality temporality) => new(
        origin.Name, scope.Name, tags.Name(metric.Name), type, tags.Name(metric.Unit), tags.Name(metric.Description), Monotonic: false,
        temporality switch
        {
            AggregationTemporality.Delta => "delta",
            AggregationTemporality.Cumulative => "cumulative",
            _ => null,
        });

    private static Course CourseOf(AggregationTemporality temporality) =>
        temporality == AggregationTemporality.Delta ? Course.Delta : Course.Cumulative;

    private static Tag[] Labels(RepeatedField<KeyValue> attributes, TagReader tags)
    {
        var labels = tags.Read(attributes);
        Array.Sort(labels, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return labels;
    }

    private static Exemplar[] Read(RepeatedField<Otlp.Wire.Exemplar> wire) => wire.Count == 0 ? [] :
    [
        .. wire.Where(e => Ids.Trace(e.TraceId) != default).Take(TagReader.MaxTags).Select(e => new Exemplar(
            Nanoseconds.Of(e.TimeUnixNano), e.ValueCase == Otlp.Wire.Exemplar.ValueOneofCase.AsInt ? e.AsInt : e.AsDouble,
            Ids.Trace(e.TraceId), Ids.Span(e.SpanId)))
    ];

    private sealed class Batch(TagReader tags, long earliest, long latest)
    {
        public TagReader Tags => tags;
        public long Earliest => earliest;
        public long Latest => latest;
        public List<Reading> Readings { get; } = [];
        public Refused Refused { get; set; }
    }
}

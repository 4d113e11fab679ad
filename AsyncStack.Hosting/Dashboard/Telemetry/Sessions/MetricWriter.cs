using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using WireExemplar = AsyncStack.Hosting.Dashboard.Otlp.Wire.Exemplar;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Series back to the wire. Totals are kept whatever the sender's way was, so sums and histograms are written as cumulative.</summary>
internal static class MetricWriter
{
    private const AggregationTemporality Cumulative = AggregationTemporality.Cumulative;

    public static ExportMetricsServiceRequest Write(InstrumentInfo info, Series series, long start, Point[] points, IReadOnlyList<Metrics.Exemplar> exemplars)
    {
        var metric = new Metric { Name = info.Name, Unit = info.Unit, Description = info.Description };
        Fill(metric, info, new Line(series, (ulong)start, points, exemplars));
        return new ExportMetricsServiceRequest
        {
            ResourceMetrics =
            {
                new ResourceMetrics
                {
                    Resource = TagWriter.Write(series.Origin),
                    ScopeMetrics = { new ScopeMetrics { Scope = new InstrumentationScope { Name = info.Meter }, Metrics = { metric } } },
                },
            },
        };
    }

    private static void Fill(Metric metric, InstrumentInfo info, Line line)
    {
        switch (info.Type)
        {
            case MetricType.Gauge:
                metric.Gauge = new Gauge { DataPoints = { line.Points.Select(line.Number) } };
                break;
            case MetricType.Sum:
                metric.Sum = new Sum { AggregationTemporality = Cumulative, IsMonotonic = info.Monotonic, DataPoints = { line.Points.Select(line.Number) } };
                break;
            case MetricType.Histogram:
                metric.Histogram = new Histogram { AggregationTemporality = Cumulative, DataPoints = { line.Distributions<ExplicitBuckets>().Select(line.Histogram) } };
                break;
            case MetricType.ExponentialHistogram:
                metric.ExponentialHistogram = new ExponentialHistogram
                {
                    AggregationTemporality = Cumulative,
                    DataPoints = { line.Distributions<ExponentialBuckets>().Select(line.Exponential) },
                };
                break;
            default:
                metric.Summary = new Summary { DataPoints = { line.Distributions<SummaryValues>().Select(line.Summary) } };
                break;
        }
    }

    /// <summary>Points of one series. The start of all is its first point: one without buckets, where counting began, needs no other trace.</summary>
    private sealed class Line(Series series, ulong start, Point[] points, IReadOnlyList<Metrics.Exemplar> exemplars)
    {
        private readonly ulong _last = (ulong)points[^1].Time;

        public Point[] Points => points;

        private IEnumerable<KeyValue> Labels => TagWriter.Write(series.Labels);

        public IEnumerable<(ulong Time, T Buckets)> Distributions<T>()
            where T : Distribution =>
            points.Where(p => p.Distribution is T).Select(p => ((ulong)p.Time, (T)p.Distribution!));

        public NumberDataPoint Number(Point point) => new()
        {
            StartTimeUnixNano = start,
            TimeUnixNano = (ulong)point.Time,
            AsDouble = point.Value,
            Attributes = { Labels },
            Exemplars = { ExemplarsAt((ulong)point.Time) },
        };

        public HistogramDataPoint Histogram((ulong Time, ExplicitBuckets Buckets) point) => new()
        {
            StartTimeUnixNano = start,
            TimeUnixNano = point.Time,
            Count = (ulong)point.Buckets.Count,
            Sum = point.Buckets.Sum,
            ExplicitBounds = { point.Buckets.Bounds },
            BucketCounts = { point.Buckets.Counts.Select(c => (ulong)c) },
            Attributes = { Labels },
            Exemplars = { ExemplarsAt(point.Time) },
        };

        public ExponentialHistogramDataPoint Exponential((ulong Time, ExponentialBuckets Buckets) point) => new()
        {
            StartTimeUnixNano = start,
            TimeUnixNano = point.Time,
            Count = (ulong)point.Buckets.Count,
            Sum = point.Buckets.Sum,
            Scale = point.Buckets.Scale,
            ZeroCount = (ulong)point.Buckets.Zeros,
            Positive = Run(point.Buckets.Positive),
            Negative = Run(point.Buckets.Negative),
            Attributes = { Labels },
            Exemplars = { ExemplarsAt(point.Time) },
        };

        public SummaryDataPoint Summary((ulong Time, SummaryValues Values) point) => new()
        {
            StartTimeUnixNano = start,
            TimeUnixNano = point.Time,
            Count = (ulong)point.Values.Count,
            Sum = point.Values.Sum,
            QuantileValues = { point.Values.Quantiles.Select(q => new SummaryDataPoint.Types.ValueAtQuantile { Quantile = q.Quantile, Value = q.Value }) },
            Attributes = { Labels },
        };

        private static ExponentialHistogramDataPoint.Types.Buckets Run(BucketRun run) =>
            new() { Offset = run.Offset, BucketCounts = { run.Counts.Select(c => (ulong)c) } };

        /// <summary>All of them are with the last point.</summary>
        private IEnumerable<WireExemplar> ExemplarsAt(ulong time) => time != _last ? [] : exemplars.Select(e => new WireExemplar
        {
            TimeUnixNano = (ulong)e.Time,
            AsDouble = e.Value,
            TraceId = Ids.Bytes(e.TraceId),
            SpanId = Ids.Bytes(e.SpanId),
        });
    }
}

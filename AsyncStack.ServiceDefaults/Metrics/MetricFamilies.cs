using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AsyncStack.ServiceDefaults.Metrics;

/// <summary>Collects metrics under their Prometheus names; a metric whose name is taken by another type is left out and reported.</summary>
internal sealed class MetricFamilies(Action<Metric, string> reportTaken)
{
    private readonly List<MetricFamily> _all = [];
    private readonly Dictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);

    public IReadOnlyList<MetricFamily> ToList() => _all;

    public void AddTarget(Resource resource)
    {
        var target = new MetricFamily("target", MetricKind.Info, Unit: null, "Attributes of the resource that these metrics are about.");
        target.Samples.Add(new("_info", PrometheusLabels.Render(resource.Attributes), "1"));
        TryClaim(target);
    }

    public void Add(Metric metric)
    {
        if (KindOf(metric.MetricType) is not { } kind)
            return;
        var unit = PrometheusNames.Unit(metric.Unit, kind);
        var wanted = new MetricFamily(PrometheusNames.Family(metric.Name, unit, kind), kind, unit, metric.Description);
        if (TryClaim(wanted) is not { } family)
        {
            reportTaken(metric, wanted.Name);
            return;
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = PrometheusLabels.Render(point.Tags, metric.MeterName, metric.MeterVersion);
            if (family.TryTake(labels))
                AddPoint(family, metric.MetricType, labels, in point);
        }
    }

    /// <summary>The family of that name, or nothing when either format already declares the name as something else.</summary>
    private MetricFamily? TryClaim(MetricFamily wanted)
    {
        var taken = _byName.GetValueOrDefault(wanted.Name) ?? _byName.GetValueOrDefault(wanted.ClassicName);
        if (taken is not null)
            return taken.Kind == wanted.Kind && taken.Name == wanted.Name ? taken : null;
        _byName.Add(wanted.Name, wanted);
        _byName.TryAdd(wanted.ClassicName, wanted);
        _all.Add(wanted);
        return wanted;
    }

    private static void AddPoint(MetricFamily family, MetricType type, string labels, in MetricPoint point)
    {
        if (family.Kind == MetricKind.Histogram)
            AddHistogram(family, labels, in point);
        else
            family.Samples.Add(new(family.Kind == MetricKind.Counter ? "_total" : "", labels, Value(type, in point)));
    }

    private static void AddHistogram(MetricFamily family, string labels, in MetricPoint point)
    {
        var exemplars = Exemplars.Of(in point);
        long cumulative = 0;
        var lower = double.NegativeInfinity;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            var le = PrometheusLabels.With(labels, "le", PrometheusLabels.Bound(bucket.ExplicitBound));
            family.Samples.Add(new("_bucket", le, cumulative.ToString(), exemplars.Within(lower, bucket.ExplicitBound)));
            lower = bucket.ExplicitBound;
        }

        family.Samples.Add(new("_sum", labels, PrometheusLabels.Number(point.GetHistogramSum())));
        family.Samples.Add(new("_count", labels, point.GetHistogramCount().ToString()));
    }

    /// <summary>Exponential histograms have no form in the text formats, and nothing here makes any.</summary>
    private static MetricKind? KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => MetricKind.Counter,
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => MetricKind.Gauge,
        MetricType.Histogram => MetricKind.Histogram,
        _ => null,
    };

    private static string Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong().ToString(),
        MetricType.LongGauge => point.GetGaugeLastValueLong().ToString(),
        MetricType.DoubleGauge => PrometheusLabels.Number(point.GetGaugeLastValueDouble()),
        _ => PrometheusLabels.Number(point.GetSumDouble()),
    };
}

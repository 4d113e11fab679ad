using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>
/// Draws the lines of an instrument. Sums and histograms of several series add up; of gauges, which do not, the mean is shown.
/// A rate or an increase is read off the straight line between two points, so that a step finer than the sender's interval does not flicker.
/// </summary>
internal sealed class Chart(MetricStore store, ChartQuery query, InstrumentInfo info)
{
    private const int MaxLines = 50;
    private const int MaxExemplars = 100;

    /// <summary>The label by which replicas are told apart, though it is an attribute of the process.</summary>
    public const string InstanceKey = "service.instance.id";

    private static readonly (string Name, double Quantile)[] Percentiles = [("50", 0.5), ("90", 0.9), ("95", 0.95), ("99", 0.99)];

    private readonly long[] _steps = query.Steps();
    private readonly string _view = query.View ?? UsualView(info);

    /// <summary>Why the instrument cannot be shown that way; null if it can.</summary>
    public string? Objection =>
        _view == "percentiles" && !IsDistribution ? $"view is 'percentiles' and '{info.Name}' is a {NameOf(info.Type)}; ask for value{(info.Type == MetricType.Sum ? ", rate or count" : "")}."
        : _view is "rate" or "count" && info.Type == MetricType.Gauge ? $"view is '{_view}' and '{info.Name}' is a gauge; ask for value."
        : null;

    private bool IsDistribution => info.Type is MetricType.Histogram or MetricType.ExponentialHistogram or MetricType.Summary;

    public ChartView Draw(IEnumerable<Series> series)
    {
        var groups = series.Where(Matches).GroupBy(Labels, LabelsComparer.Instance).ToList();
        var lines = groups.ConvertAll(g => Line(g.Key, [.. g.Select(Curve)]));
        var shown = lines.Count <= MaxLines
            ? lines
            : [.. lines.OrderByDescending(l => l.Values.Max() ?? double.MinValue).Take(MaxLines)];
        return new ChartView(
            NameOf(info.Type), info.Unit, Array.ConvertAll(_steps, Nanoseconds.ToMicroseconds), shown,
            [.. groups.SelectMany(g => g).SelectMany(Exemplars).OrderByDescending(e => e.At).Take(MaxExemplars)], lines.Count > MaxLines);
    }

    public static string NameOf(MetricType type) => type switch
    {
        MetricType.Sum => "sum",
        MetricType.Gauge => "gauge",
        MetricType.Histogram => "histogram",
        MetricType.ExponentialHistogram => "exponentialHistogram",
        _ => "summary",
    };

    /// <summary>A label of a series as text; empty when it has none of that name.</summary>
    public static string LabelOf(Series series, string key) =>
        TagText.Of(Tag.Find(series.Labels, key) ?? (key == InstanceKey ? series.Origin.Instance : null));

    private LineView Line(string[] labels, List<Curve> curves)
    {
        var named = query.By.Zip(labels).DistinctBy(l => l.First).ToDictionary(l => l.First, l => l.Second);
        if (!IsDistribution)
            return new LineView(named, Array.ConvertAll(_steps, moment => Number(curves, moment)), null, null);

        var counts = Array.ConvertAll(_steps, moment => Sum(curves, c => c.Increase(moment - query.Step, moment)?.Increase));
        if (_view == "count")
            return new LineView(named, counts, null, null);
        if (_view == "rate")
            return new LineView(named, Array.ConvertAll(_steps, moment => Rate(curves, moment)), null, null);
        var distributions = Array.ConvertAll(_steps, moment => Together(curves, moment));
        var means = Array.ConvertAll(distributions, d => d is { Count: > 0 } ? d.Sum / d.Count : (double?)null);
        var percentiles = _view == "value" ? null : Percentiles.ToDictionary(
            p => p.Name, p => Array.ConvertAll(distributions, d => d is { Count: > 0 } ? d.Quantile(p.Quantile) : null));
        return new LineView(named, means, percentiles, counts);
    }

    private double? Number(List<Curve> curves, long moment) => _view switch
    {
        "rate" => Rate(curves, moment),
        "count" => Sum(curves, c => c.Increase(moment - query.Step, moment)?.Increase),
        _ when info.Type == MetricType.Gauge => Mean(curves, c => c.Level(moment, query.Step)),
        _ => Sum(curves, c => c.Level(moment, query.Step)),
    };

    private double? Rate(List<Curve> curves, long moment) =>
        Sum(curves, c => c.Increase(moment - query.Step, moment) is var (increase, known) ? increase * Nanoseconds.PerSecond / known : null);

    private Distribution? Together(List<Curve> curves, long moment)
    {
        Distribution? together = null;
        foreach (var curve in curves)
        {
            if (curve.Between(moment - query.Step, moment) is not { } next)
                continue;
            together = together is null ? next : together.Plus(next);
            if (together is null)
                return null;
        }

        // Quantiles of several senders say nothing of all of them.
        return together is SummaryValues summary && curves.Count > 1 ? new SummaryValues(summary.Count, summary.Sum, []) : together;
    }

    private static double? Sum(List<Curve> curves, Func<Curve, double?> read)
    {
        double? sum = null;
        foreach (var curve in curves)
        {
            if (read(curve) is { } value)
                sum = (sum ?? 0) + value;
        }

        return sum is { } number && double.IsFinite(number) ? number : null;
    }

    private static double? Mean(List<Curve> curves, Func<Curve, double?> read)
    {
        var values = curves.Select(read).OfType<double>().ToList();
        return values.Count == 0 || !double.IsFinite(values.Sum()) ? null : values.Average();
    }

    private Curve Curve(Series series) => new(store.Read(series, query.From - query.Step, query.To));

    private bool Matches(Series series) => Array.TrueForAll(query.Filters, f => LabelOf(series, f.Key) == f.Value);

    private string[] Labels(Series series) => Array.ConvertAll(query.By, key => LabelOf(series, key));

    private IEnumerable<ExemplarView> Exemplars(Series series) =>
        store.ReadExemplars(series)
            .Where(e => e.Time > query.From && e.Time <= query.To && double.IsFinite(e.Value))
            .Select(e => new ExemplarView(
                Nanoseconds.ToMicroseconds(e.Time), e.Value, Ids.Text(e.TraceId)!, Ids.Text(e.SpanId),
                series.Labels.DistinctBy(l => l.Key).ToDictionary(l => l.Key, l => TagText.Of(l.Value))));

    private static string UsualView(InstrumentInfo info) => info.Type switch
    {
        MetricType.Sum when info.Monotonic => "rate",
        MetricType.Sum or MetricType.Gauge => "value",
        _ => "percentiles",
    };

    private sealed class LabelsComparer : IEqualityComparer<string[]>
    {
        public static readonly LabelsComparer Instance = new();

        public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(string[] obj)
        {
            var hash = new HashCode();
            foreach (var text in obj)
                hash.Add(text);
            return hash.ToHashCode();
        }
    }
}

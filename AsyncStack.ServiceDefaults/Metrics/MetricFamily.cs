namespace AsyncStack.ServiceDefaults.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
    Info,
}

/// <summary>One line: the family's name and <paramref name="Suffix"/>, the rendered labels, the rendered value.</summary>
internal readonly record struct Sample(string Suffix, string Labels, string Value, string? Exemplar = null);

/// <summary>All samples of one Prometheus name, whichever meters they come from.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string? Unit, string Help)
{
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);

    public List<Sample> Samples { get; } = [];

    /// <summary>The name that the 0.0.4 format declares, where OpenMetrics declares <see cref="Name"/>.</summary>
    public string ClassicName { get; } = Kind switch
    {
        MetricKind.Counter => Name + "_total",
        MetricKind.Info => Name + "_info",
        _ => Name,
    };

    /// <summary>False when the labels are taken: a scrape with a series told twice is refused as a whole.</summary>
    public bool TryTake(string labels) => _series.Add(labels);
}

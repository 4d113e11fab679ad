namespace AsyncStack.Bench.Reporting;

/// <summary>Requests accepted a second in each round, by a graph that everybody may call and by one that wants a key.</summary>
internal sealed class AuthFigures
{
    public List<double> Open { get; } = [];

    public List<double> Guarded { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>The median rate with a key as a share of the median without.</summary>
    public double? Ratio => Guarded.Count == 0 || Open.Count == 0 ? null : TelemetryFigures.Median(Guarded) / TelemetryFigures.Median(Open);
}

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>Quantiles that the sender has computed: the latest count; they can be neither added up nor computed.</summary>
internal sealed class SummaryValues(long count, double sum, (double Quantile, double Value)[] quantiles) : Distribution
{
    private const double Tolerance = 1e-9;

    public (double Quantile, double Value)[] Quantiles => quantiles;

    public override long Count => count;

    public override double Sum => sum;

    public override int Bytes => ObjectBytes + 24 + (16 * quantiles.Length);

    /// <inheritdoc />
    /// <remarks>The quantiles become those of <paramref name="other"/>, the later one.</remarks>
    public override Distribution? Plus(Distribution other) =>
        other is SummaryValues later ? new SummaryValues(count + later.Count, sum + later.Sum, later.Quantiles) : null;

    public override Distribution? Minus(Distribution earlier) =>
        earlier is SummaryValues ? new SummaryValues(Math.Max(0, count - earlier.Count), sum - earlier.Sum, quantiles) : null;

    public override double? Quantile(double q)
    {
        foreach (var (quantile, value) in quantiles)
        {
            if (Math.Abs(quantile - q) < Tolerance)
                return double.IsFinite(value) ? value : null;
        }

        return null;
    }
}

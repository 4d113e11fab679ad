namespace AsyncStack.Bench.Reporting;

/// <summary>Median and 99th percentile in milliseconds, each a value that was measured (nearest rank).</summary>
internal sealed record Percentiles(double P50, double P99)
{
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Percentiles Of(IEnumerable<TimeSpan> values)
    {
        var sorted = values.Select(x => x.TotalMilliseconds).Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("There is nothing to rank.", nameof(values));
        return new Percentiles(Rank(0.50), Rank(0.99));

        double Rank(double share) => sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}

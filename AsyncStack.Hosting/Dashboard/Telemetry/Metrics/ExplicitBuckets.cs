namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>A histogram with given bounds.</summary>
/// <param name="bounds">Upper bounds, increasing; shared by the points of a series.</param>
/// <param name="counts">One more than there are bounds.</param>
/// <param name="sum">Of all values; 0 when it is not known.</param>
internal sealed class ExplicitBuckets(double[] bounds, long[] counts, double sum) : Distribution
{
    public double[] Bounds => bounds;

    public long[] Counts => counts;

    public override long Count { get; } = counts.Sum();

    public override double Sum => sum;

    public override int Bytes => ObjectBytes + 24 + (8 * counts.Length);

    public override Distribution? Plus(Distribution other) => Combine(other, +1);

    public override Distribution? Minus(Distribution earlier) => Combine(earlier, -1);

    /// <summary>
    /// Below the lowest bound values are taken to begin at 0, if it is positive; of values above the highest bound it is known only that they
    /// are above it, so that is the answer.
    /// </summary>
    public override double? Quantile(double q) => bounds.Length == 0 ? null : Interpolate(Buckets(), q * Count);

    private IEnumerable<(double Lower, double Upper, long Count)> Buckets()
    {
        for (var i = 0; i < counts.Length; i++)
        {
            var lower = i > 0 ? bounds[i - 1] : Math.Min(0, bounds[0]);
            yield return (lower, i < bounds.Length ? bounds[i] : lower, counts[i]);
        }
    }

    private ExplicitBuckets? Combine(Distribution other, int sign)
    {
        if (other is not ExplicitBuckets { Bounds: var theirs } buckets || (theirs != bounds && !theirs.AsSpan().SequenceEqual(bounds)))
            return null;
        var combined = new long[counts.Length];
        for (var i = 0; i < combined.Length; i++)
            combined[i] = Math.Max(0, counts[i] + (sign * buckets.Counts[i]));
        return new ExplicitBuckets(bounds, combined, sum + (sign * buckets.Sum));
    }
}

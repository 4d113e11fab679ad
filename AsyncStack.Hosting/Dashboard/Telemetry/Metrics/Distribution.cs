namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>How many values of which size: what a histogram has counted from one moment to another. It never changes.</summary>
internal abstract class Distribution
{
    protected const int ObjectBytes = 56;

    public abstract long Count { get; }

    public abstract double Sum { get; }

    public abstract int Bytes { get; }

    /// <summary>Both together; null when their buckets do not fit together.</summary>
    public abstract Distribution? Plus(Distribution other);

    /// <summary>What came since an earlier state of the same; null when their buckets do not fit together.</summary>
    public abstract Distribution? Minus(Distribution earlier);

    /// <summary>
    /// The value below which the part <paramref name="q"/> of all lies, as if values lay evenly within their bucket; null when nothing is known of it.
    /// </summary>
    /// <param name="q">From 0 to 1.</param>
    public abstract double? Quantile(double q);

    /// <summary>Walks buckets from the smallest values on; a bucket is its bounds and its count.</summary>
    protected static double? Interpolate(IEnumerable<(double Lower, double Upper, long Count)> buckets, double rank)
    {
        double? last = null;
        foreach (var (lower, upper, count) in buckets)
        {
            if (count == 0)
                continue;
            if (rank <= count)
                return lower + ((upper - lower) * Math.Max(rank, 0) / count);
            rank -= count;
            last = upper;
        }

        return last;
    }
}

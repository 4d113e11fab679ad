namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>
/// A histogram whose bounds grow by a factor, base = 2^(2^-scale). Those of different scales are combined at the coarser one,
/// where two neighbouring buckets become one for each step.
/// </summary>
/// <param name="scale">The higher, the finer.</param>
/// <param name="zeros">Values that are as good as 0.</param>
/// <param name="positive">Positive values.</param>
/// <param name="negative">Negative values, by their size.</param>
/// <param name="sum">Of all values; 0 when it is not known.</param>
internal sealed class ExponentialBuckets(int scale, long zeros, BucketRun positive, BucketRun negative, double sum) : Distribution
{
    /// <summary>Twice what SDKs keep of one sign, so that two of them fit together before becoming coarser.</summary>
    private const int MaxBuckets = 320;

    public int Scale => scale;

    public long Zeros => zeros;

    public BucketRun Positive => positive;

    public BucketRun Negative => negative;

    public override long Count { get; } = zeros + positive.Total + negative.Total;

    public override double Sum => sum;

    public override int Bytes => ObjectBytes + 48 + (8 * (positive.Counts.Length + negative.Counts.Length));

    public override Distribution? Plus(Distribution other) => Combine(other, +1);

    public override Distribution? Minus(Distribution earlier) => Combine(earlier, -1);

    public override double? Quantile(double q) => Interpolate(Buckets(), q * Count);

    private ExponentialBuckets? Combine(Distribution other, int sign)
    {
        if (other is not ExponentialBuckets theirs)
            return null;
        var coarser = Math.Min(scale, theirs.Scale);
        while (true)
        {
            var (mine, his) = (scale - coarser, theirs.Scale - coarser);
            var up = BucketRun.Combine(positive.Coarser(mine), theirs.Positive.Coarser(his), sign, MaxBuckets);
            var down = BucketRun.Combine(negative.Coarser(mine), theirs.Negative.Coarser(his), sign, MaxBuckets);
            if (up is not null && down is not null)
                return new ExponentialBuckets(coarser, Math.Max(0, zeros + (sign * theirs.Zeros)), up, down, sum + (sign * theirs.Sum));
            coarser--;
        }
    }

    private IEnumerable<(double Lower, double Upper, long Count)> Buckets()
    {
        for (var i = negative.Counts.Length - 1; i >= 0; i--)
            yield return (-Bound(negative.Offset + i + 1L), -Bound(negative.Offset + i), negative.Counts[i]);
        yield return (0, 0, zeros);
        for (var i = 0; i < positive.Counts.Length; i++)
            yield return (Bound(positive.Offset + i), Bound(positive.Offset + i + 1L), positive.Counts[i]);
    }

    private double Bound(long index) => index == 0 ? 1 : Math.Min(double.MaxValue, Math.Pow(2, index * Math.Pow(2, -scale)));
}

/// <summary>Counts of neighbouring buckets.</summary>
/// <param name="Offset">Index of the first.</param>
/// <param name="Counts">None for no values.</param>
internal sealed record BucketRun(int Offset, long[] Counts)
{
    public static readonly BucketRun Empty = new(0, []);

    public long Total => Counts.Sum();

    /// <summary>The same values in buckets that are <paramref name="steps"/> times doubled.</summary>
    public BucketRun Coarser(int steps)
    {
        if (steps == 0 || Counts.Length == 0)
            return this;
        // Shifting by the width of the type would shift by nothing.
        var shift = Math.Min(steps, 31);
        var first = Offset >> shift;
        var last = (int)((Offset + Counts.Length - 1L) >> shift);
        var counts = new long[last - first + 1];
        for (var i = 0; i < Counts.Length; i++)
            counts[(int)((Offset + (long)i) >> shift) - first] += Counts[i];
        return new BucketRun(first, counts);
    }

    /// <summary>Both together, or the difference; null when that takes more buckets than allowed.</summary>
    public static BucketRun? Combine(BucketRun mine, BucketRun theirs, int sign, int maxBuckets)
    {
        if (theirs.Counts.Length == 0)
            return mine;
        var (first, end) = mine.Counts.Length == 0
            ? (theirs.Offset, theirs.Offset + (long)theirs.Counts.Length)
            : (Math.Min(mine.Offset, theirs.Offset), Math.Max(mine.Offset + (long)mine.Counts.Length, theirs.Offset + (long)theirs.Counts.Length));
        if (end - first > Math.Max(maxBuckets, Math.Max(mine.Counts.Length, theirs.Counts.Length)))
            return null;
        var counts = new long[end - first];
        mine.Counts.CopyTo(counts, mine.Counts.Length == 0 ? 0 : mine.Offset - first);
        for (var i = 0; i < theirs.Counts.Length; i++)
        {
            ref var count = ref counts[theirs.Offset - first + i];
            count = Math.Max(0, count + (sign * theirs.Counts[i]));
        }

        return new BucketRun(first, counts);
    }
}

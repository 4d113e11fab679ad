using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>Distributions from the wire; what contradicts itself is refused with a reason.</summary>
internal static class HistogramPoints
{
    private const int MaxBuckets = 4096;
    private const int MaxScale = 20;
    private const int MinScale = -10;

    public static ExplicitBuckets? Read(HistogramDataPoint point, out string? reason)
    {
        var (bounds, counts) = (point.ExplicitBounds, point.BucketCounts);
        reason =
            counts.Count > MaxBuckets ? $"A histogram has {counts.Count} buckets; {MaxBuckets} are the most."
            : counts.Count != 0 && counts.Count != bounds.Count + 1 ? $"A histogram has {bounds.Count} bounds and {counts.Count} buckets; there must be one bucket more than bounds."
            : counts.Count == 0 && bounds.Count != 0 ? $"A histogram has {bounds.Count} bounds and no buckets."
            : !IsIncreasing(bounds) ? "The bounds of a histogram must increase."
            : Exceeds(counts, point.Count) ? "The counts of a histogram's buckets do not add up to its count."
            : null;
        return reason is not null ? null
            : counts.Count == 0 ? new ExplicitBuckets([], [(long)Math.Min(point.Count, long.MaxValue)], Finite(point.Sum))
            : new ExplicitBuckets([.. bounds], [.. counts.Select(c => (long)c)], Finite(point.Sum));
    }

    public static ExponentialBuckets? Read(ExponentialHistogramDataPoint point, out string? reason)
    {
        var (positive, negative) = (point.Positive?.BucketCounts ?? [], point.Negative?.BucketCounts ?? []);
        reason =
            positive.Count + negative.Count > MaxBuckets ? $"A histogram has {positive.Count + negative.Count} buckets; {MaxBuckets} are the most."
            : point.Scale is < MinScale or > MaxScale ? $"The scale of a histogram is {point.Scale}; it must be between {MinScale} and {MaxScale}."
            : !InRange(point.Positive) || !InRange(point.Negative) ? "The offset of a histogram's buckets leads beyond what a number can be."
            : Exceeds(positive.Concat(negative).Append(point.ZeroCount), point.Count) ? "The counts of a histogram's buckets do not add up to its count."
            : null;
        return reason is not null ? null : new ExponentialBuckets(point.Scale, (long)point.ZeroCount, Run(point.Positive), Run(point.Negative), Finite(point.Sum));
    }

    public static SummaryValues Read(SummaryDataPoint point) => new(
        (long)Math.Min(point.Count, long.MaxValue), Finite(point.Sum), [.. point.QuantileValues.Take(MaxBuckets).Select(q => (q.Quantile, q.Value))]);

    private static BucketRun Run(ExponentialHistogramDataPoint.Types.Buckets? buckets) =>
        buckets is null || buckets.BucketCounts.Count == 0 ? BucketRun.Empty : new BucketRun(buckets.Offset, [.. buckets.BucketCounts.Select(c => (long)c)]);

    /// <summary>Indexes must remain within int, also those of the neighbours.</summary>
    private static bool InRange(ExponentialHistogramDataPoint.Types.Buckets? buckets) =>
        buckets is null || (long)buckets.Offset + buckets.BucketCounts.Count is > int.MinValue + (2L * MaxBuckets) and < int.MaxValue - (2L * MaxBuckets);

    private static bool IsIncreasing(RepeatedField<double> bounds)
    {
        for (var i = 0; i < bounds.Count; i++)
        {
            if (!double.IsFinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
                return false;
        }

        return true;
    }

    /// <summary>Whether counts are not what they say; sums of counts that could overflow are not either.</summary>
    private static bool Exceeds(IEnumerable<ulong> counts, ulong total)
    {
        var (sum, any) = (UInt128.Zero, false);
        foreach (var count in counts)
            (sum, any) = (sum + count, true);
        return any && (sum != total || sum > long.MaxValue);
    }

    private static double Finite(double sum) => double.IsFinite(sum) ? sum : 0;
}

using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class DistributionTests
{
    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.25, 5)]
    [InlineData(0.75, 15)]
    [InlineData(0.9, 18)]
    [InlineData(0, 0)]
    public void A_quantile_lies_within_its_bucket_as_if_values_were_even(double q, double expected)
    {
        var buckets = new ExplicitBuckets([10, 20], [50, 50, 0], 1000);

        Assert.Equal(expected, buckets.Quantile(q)!.Value, 9);
    }

    [Fact]
    public void Above_the_highest_bound_it_is_known_only_that_it_is_above()
    {
        Assert.Equal(20, new ExplicitBuckets([10, 20], [0, 0, 5], 1000).Quantile(0.99));
        Assert.Null(new ExplicitBuckets([], [5], 10).Quantile(0.5));
        Assert.Null(new ExplicitBuckets([10], [0, 0], 0).Quantile(0.5));
    }

    [Fact]
    public void Below_a_negative_bound_there_is_no_0_to_begin_at() =>
        Assert.Equal(-5, new ExplicitBuckets([-5, 5], [10, 0, 0], 0).Quantile(0.5));

    [Fact]
    public void Exponential_buckets_of_different_scales_come_together_at_the_coarser_one()
    {
        // Of scale 1 the base is the root of 2: buckets (1, 1.41], (1.41, 2], (2, 2.83], (2.83, 4].
        var fine = new ExponentialBuckets(1, 1, new BucketRun(0, [1, 2, 3, 4]), BucketRun.Empty, 10);
        var coarse = new ExponentialBuckets(0, 2, new BucketRun(1, [10]), new BucketRun(0, [1]), 20);

        var both = Assert.IsType<ExponentialBuckets>(fine.Plus(coarse));

        Assert.Equal((0, 3L, 24L, 30.0), (both.Scale, both.Zeros, both.Count, both.Sum));
        Assert.Equal(0, both.Positive.Offset);
        Assert.Equal([3, 17], both.Positive.Counts);
        Assert.Equal([1], both.Negative.Counts);
        var back = Assert.IsType<ExponentialBuckets>(both.Minus(coarse));
        Assert.Equal((1L, 11L), (back.Zeros, back.Count));
        Assert.Equal([3, 7], back.Positive.Counts);
    }

    [Fact]
    public void Negative_offsets_become_coarser_towards_minus_infinity()
    {
        var run = new BucketRun(-3, [1, 2, 3, 4]).Coarser(1);

        Assert.Equal(-2, run.Offset);
        Assert.Equal([1, 5, 4], run.Counts);
    }

    [Fact]
    public void Buckets_far_apart_become_so_coarse_that_they_are_few()
    {
        var small = new ExponentialBuckets(20, 0, new BucketRun(-1_000_000_000, [1]), BucketRun.Empty, 0);
        var large = new ExponentialBuckets(20, 0, new BucketRun(1_000_000_000, [1]), BucketRun.Empty, 0);

        var both = Assert.IsType<ExponentialBuckets>(small.Plus(large));

        Assert.Equal(2, both.Count);
        Assert.InRange(both.Positive.Counts.Length, 1, 320);
    }

    [Fact]
    public void Exponential_quantiles_are_near_those_of_the_values()
    {
        const int Scale = 3;
        var values = Enumerable.Range(1, 10_000).Select(i => i / 100.0).ToArray();
        var indexes = values.GroupBy(v => (int)Math.Ceiling(Math.Log2(v) * Math.Pow(2, Scale)) - 1).ToDictionary(g => g.Key, g => (long)g.Count());
        var first = indexes.Keys.Min();
        var run = new BucketRun(first, [.. Enumerable.Range(first, indexes.Keys.Max() - first + 1).Select(i => indexes.GetValueOrDefault(i))]);
        var buckets = new ExponentialBuckets(Scale, 0, run, BucketRun.Empty, values.Sum());

        foreach (var q in new[] { 0.1, 0.5, 0.9, 0.99 })
            Assert.InRange(buckets.Quantile(q)!.Value / values[(int)(q * values.Length) - 1], 0.98, 1.02);
    }

    [Fact]
    public void Negative_values_come_first()
    {
        var buckets = new ExponentialBuckets(0, 2, new BucketRun(0, [1]), new BucketRun(0, [1, 1]), 0);

        Assert.Equal(-4, buckets.Quantile(0)!.Value, 9);
        Assert.Equal(0, buckets.Quantile(0.7)!.Value, 9);
        Assert.Equal(2, buckets.Quantile(1)!.Value, 9);
    }

    [Fact]
    public void A_summary_tells_only_the_quantiles_it_was_told()
    {
        var summary = new SummaryValues(10, 20, [(0.5, 1.5), (0.99, double.NaN)]);

        Assert.Equal(1.5, summary.Quantile(0.5));
        Assert.Null(summary.Quantile(0.9));
        Assert.Null(summary.Quantile(0.99));
    }

    [Fact]
    public void Different_kinds_do_not_add_up()
    {
        var explicitBuckets = new ExplicitBuckets([1], [1, 1], 1);

        Assert.Null(explicitBuckets.Plus(new ExplicitBuckets([2], [1, 1], 1)));
        Assert.Null(explicitBuckets.Plus(new SummaryValues(1, 1, [])));
        Assert.Null(new SummaryValues(1, 1, []).Minus(explicitBuckets));
        Assert.Null(new ExponentialBuckets(0, 0, BucketRun.Empty, BucketRun.Empty, 0).Plus(explicitBuckets));
    }
}

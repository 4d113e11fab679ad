using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Compare;

namespace AsyncStack.Worker.Tests.Datasets.Compare;

public sealed class DriftTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Statistic_is_the_naive_one_however_few_numbers_fit_in_memory()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var (one, other) = (Sample(random, seed % 3), Sample(random, (seed + 1) % 3));

            foreach (var rangeLength in new[] { 1 << 20, 50 })
                Assert.Equal(Naive(one, other), Statistic(one, other, rangeLength), 12);
        }
    }

    [Fact]
    public void The_same_numbers_have_no_distance_and_numbers_apart_have_all()
    {
        double[] low = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        double[] high = [.. low.Select(v => v + 1000)];
        using var one = Column(low);
        using var other = Column(high);

        Assert.Equal(new KolmogorovSmirnov(0, 1), KolmogorovSmirnov.Of(one, 100, one, 100, new MemoryBudget(1 << 20), 1000, Cancellation));
        var apart = KolmogorovSmirnov.Of(one, 100, other, 100, new MemoryBudget(1 << 20), 1000, Cancellation)!;
        Assert.Equal(1, apart.Statistic);
        Assert.InRange(apart.PValue, 0, 1e-20);
    }

    [Fact]
    public void Index_is_that_of_the_formula_and_an_empty_bin_counts_a_little()
    {
        Assert.Equal(0, StabilityIndex.Of([10, 20], [100, 200])!.Value, 12);
        Assert.Equal((0.5 - 0.25) * Math.Log(2) + (0.5 - 0.75) * Math.Log(0.5 / 0.75), StabilityIndex.Of([5, 5], [25, 75])!.Value, 12);
        Assert.Equal((1 - 0.5) * Math.Log(2) + (0.0001 - 0.5) * Math.Log(0.0001 / 0.5), StabilityIndex.Of([9, 0], [5, 5])!.Value, 12);
        Assert.Null(StabilityIndex.Of([0, 0], [5, 5]));
    }

    private static double Statistic(double[] one, double[] other, int rangeLength)
    {
        using var column = Column([.. one, double.NaN]);
        using var second = Column(other);
        return KolmogorovSmirnov.Of(column, one.Length, second, other.Length, new MemoryBudget(0), rangeLength, Cancellation)!.Statistic;
    }

    private static double Naive(double[] one, double[] other) =>
        one.Concat(other).Max(v => Math.Abs((one.Count(x => x <= v) / (double)one.Length) - (other.Count(x => x <= v) / (double)other.Length)));

    // Many ties, few ties, and one number nearly everywhere.
    private static double[] Sample(Random random, int kind) =>
        [.. Enumerable.Range(0, random.Next(1, 400)).Select(_ => kind switch { 0 => random.Next(10), 1 => random.NextDouble() * 12, _ => random.Next(20) == 0 ? random.NextDouble() : 5.0 })];

    private static NumberColumn Column(double[] values)
    {
        var column = new NumberColumn(new MemoryBudget(1 << 20));
        column.Append(values);
        return column;
    }
}

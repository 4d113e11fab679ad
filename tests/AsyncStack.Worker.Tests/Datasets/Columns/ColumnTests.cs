using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Tests.Datasets.Columns;

/// <summary>Whatever the budget, a column answers as a naive computation over an array does.</summary>
public sealed class ColumnTests
{
    private static readonly double[] Probabilities = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

    [Theory]
    [InlineData(0)]
    [InlineData(64L << 20)]
    public void Quantiles_are_those_of_the_sorted_numbers(long budgetBytes)
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 200_000).Select(i => i % 7 == 0 ? double.NaN : Math.Round(random.NextDouble() * 1000, 1) - 500).ToArray();
        var budget = new MemoryBudget(budgetBytes);
        using var column = new NumberColumn(budget);
        column.Append(values);

        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToArray();
        var expected = Probabilities.Select(p =>
        {
            var at = p * (sorted.Length - 1);
            var lower = sorted[(int)at];
            return lower + ((sorted[Math.Min((int)at + 1, sorted.Length - 1)] - lower) * (at - (int)at));
        });

        Assert.All(Quantiles.Select(column, budget, Probabilities, CancellationToken.None).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64L << 20)]
    public void Duplicates_are_those_of_a_grouping(long budgetBytes)
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 300_000).Select(_ => (double)random.Next(200_000)).ToArray();
        var hash = new RowHash(1);
        var budget = new MemoryBudget(budgetBytes);
        using var index = new DuplicateIndex(budget, ordered: true);
        index.Add(Array.ConvertAll(values, v =>
        {
            var row = default(RowHashState);
            hash.Add(ref row, 0, v);
            return RowHash.Finish(row);
        }));

        var kept = index.Kept(DuplicateKeep.First, CancellationToken.None);
        var seen = new HashSet<double>();
        Assert.True(Enumerable.Range(0, values.Length).All(row => seen.Add(values[row]) == kept[row]));
        Assert.Equal(values.Length - seen.Count, index.Count(DuplicateKeep.Last, CancellationToken.None));
        Assert.Equal(values.GroupBy(v => v).Where(g => g.Count() > 1).Sum(g => g.Count()), index.Count(DuplicateKeep.None, CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64L << 20)]
    public void Numbers_come_back_bit_by_bit_whole_or_not(long budgetBytes)
    {
        var random = new Random(3);
        double[] odd = [double.NaN, -0.0, int.MinValue, int.MaxValue, int.MaxValue + 1.0, 1L << 53, 0.5, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon];
        // Every second block is of whole numbers and missing ones alone.
        double[] values = [.. Enumerable.Range(0, 5 * NumberColumn.BlockLength + 11).Select(i =>
            random.Next(3) > 0 ? random.Next() : i / NumberColumn.BlockLength % 2 == 0 ? double.NaN : odd[random.Next(odd.Length)])];
        using var column = new NumberColumn(new MemoryBudget(budgetBytes));
        foreach (var part in values.Chunk(777))
        {
            column.Append(part);
        }

        var read = new List<long>();
        foreach (var block in column.Scan(CancellationToken.None))
        {
            read.AddRange(Array.ConvertAll(block.ToArray(), BitConverter.DoubleToInt64Bits));
        }

        Assert.Equal(Array.ConvertAll(values, BitConverter.DoubleToInt64Bits), read);
        var moments = default(Moments);
        moments.Add(Array.FindAll(values, double.IsFinite));
        using var finite = new NumberColumn(new MemoryBudget(budgetBytes));
        finite.Append(Array.FindAll(values, double.IsFinite));
        Assert.Equal(moments.Mean, Moments.Of(finite, CancellationToken.None).Mean, Math.Abs(moments.Mean) * 1e-12);
    }

    [Fact]
    public void The_product_without_the_instruction_is_the_same() =>
        Assert.All(Enumerable.Range(0, 100).Select(i => (ulong)i * 0x9E3779B97F4A7C15), x => Assert.Equal(RowHash.MultiplySlowly(x, ~x), RowHash.Multiply(x, ~x)));
}

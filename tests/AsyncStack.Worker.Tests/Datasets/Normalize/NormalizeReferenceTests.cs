using System.Globalization;
using System.Text;
using AsyncStack.Core.Datasets.Params;

namespace AsyncStack.Worker.Tests.Datasets.Normalize;

/// <summary>Random tables in random dialects against the same steps over arrays.</summary>
public sealed class NormalizeReferenceTests
{
    private const int Rows = 3000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_cell_is_that_of_a_naive_computation(int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, Rows).Select(_ => Row(random)).ToList();
        var steps = Steps(random);
        var delimiter = ",;\t|"[random.Next(4)];
        var newLine = random.Next(2) == 0 ? "\n" : "\r\n";
        using var table = new NormalizedTable { MemoryBytes = seed % 3 == 0 ? 0 : 64 << 20 };

        var result = await table.RunAsync(Text(rows), "nnis", steps, null, TestContext.Current.CancellationToken);

        var expected = Naive(rows, steps);
        var lines = result.Split(newLine);
        Assert.Equal(expected.Count + 2, lines.Length);
        for (var row = 0; row < expected.Count; row++)
        {
            AssertRow(expected[row], lines[row + 1].Split(delimiter));
        }

        string Text(List<string[]> cells) => string.Concat(
            cells.Prepend(["x", "y", "k", "t"]).Select(r => string.Join(delimiter, r) + newLine));
    }

    private static string[] Row(Random random) =>
    [
        random.Next(9) == 0 ? "" : (random.Next(2000) / 16.0).ToString("0.0###", CultureInfo.InvariantCulture),
        random.Next(5) == 0 ? "NA" : ((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 12))).ToString("R", CultureInfo.InvariantCulture),
        random.Next(1200).ToString(CultureInfo.InvariantCulture),
        random.Next(4) == 0 ? "" : $"\"say \"\"{random.Next(3)}\"\"\"",
    ];

    private static NormalizeParams Steps(Random random)
    {
        string[][] subsets = [["k"], ["k", "t"], ["t", "k", "x"]];
        var duplicates = random.Next(2) == 0 ? null : new DuplicatesParams(subsets[random.Next(3)], (Keep?)random.Next(3));
        var fill = random.Next(3) == 0 ? null : new FillNullsParams(random.Next(2) == 0 ? "median" : "mean", ["x", "y"]);
        var scale = random.Next(3) == 0 ? null : new ScaleParams(["y", "x", "k"], random.Next(2) == 0 ? "minmax" : "zscore");
        return new NormalizeParams(duplicates, fill, scale);
    }

    private static List<object[]> Naive(List<string[]> rows, NormalizeParams steps)
    {
        if (steps.DropDuplicates is { } duplicates)
        {
            string[] names = ["x", "y", "k", "t"];
            var groups = rows.GroupBy(r => string.Join('\n', duplicates.Subset!.Select(n => r[Array.IndexOf(names, n)])));
            var kept = groups.SelectMany(g => duplicates.Keep switch
            {
                Keep.First => g.Take(1),
                Keep.Last => g.TakeLast(1),
                _ => g.Count() == 1 ? g : Enumerable.Empty<string[]>(),
            }).ToHashSet();
            rows = [.. rows.Where(kept.Contains)];
        }

        var table = rows.Select(r => r.Cast<object>().ToArray()).ToList();
        foreach (var column in new[] { 0, 1, 2 })
        {
            var values = rows.Select(r => double.TryParse(r[column], CultureInfo.InvariantCulture, out var v) ? v : double.NaN).ToArray();
            var fill = column == 2 || steps.FillNulls is null ? double.NaN : Center(values, steps.FillNulls.Strategy);
            var filled = Array.ConvertAll(values, v => double.IsNaN(v) ? fill : v);
            var scaled = steps.Normalize is null ? filled : Scale(filled, steps.Normalize.Method!);
            for (var row = 0; row < rows.Count; row++)
            {
                var touched = !double.IsNaN(scaled[row]) && (steps.Normalize is not null || double.IsNaN(values[row]));
                table[row][column] = touched ? scaled[row] : rows[row][column];
            }
        }

        return table;
    }

    private static double Center(double[] values, string strategy)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToArray();
        return strategy == "mean" ? sorted.Average() : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double[] Scale(double[] values, string method)
    {
        var known = values.Where(v => !double.IsNaN(v)).ToArray();
        var (min, max, mean) = (known.Min(), known.Max(), known.Average());
        var deviation = Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
        return Array.ConvertAll(values, v => method == "minmax" ? (v - min) / (max - min) : (v - mean) / deviation);
    }

    private static void AssertRow(object[] expected, string[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (one, other) in expected.Zip(actual))
        {
            if (one is double number)
            {
                Assert.Equal(number, double.Parse(other, CultureInfo.InvariantCulture), Math.Max(1e-12, Math.Abs(number) * 1e-9));
            }
            else
            {
                Assert.Equal(one, other);
            }
        }
    }
}

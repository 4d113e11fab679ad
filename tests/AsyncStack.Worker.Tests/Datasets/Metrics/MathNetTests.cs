using System.Globalization;
using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Tests.Datasets.Generated;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.Statistics;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

/// <summary>Math.NET Numerics, which is not ours, agrees on the statistics of number columns, also skewed ones and with missing values.</summary>
public sealed class MathNetTests : IAsyncDisposable
{
    private const double Tolerance = 1e-9;
    private static readonly string[] Missing = ["", "NA", "NaN"];
    private static readonly MetricsParams Profile = new([MetricsParams.Profile]);
    private readonly MetricsBench _bench = new();

    [Theory]
    [InlineData(0)]
    [InlineData(64 << 20)]
    public void Mean_deviation_and_quantiles_are_those_of_Math_NET(long budgetBytes) => Claim.Holds(
        Columns(),
        column => Enumerable.Range(0, column.Length).Where(at => column.Length > 3 || double.IsNaN(column[at])).Select(at => column.Where((_, other) => other != at).ToArray()),
        times: 150,
        async column =>
        {
            // The row number keeps a missing value from being a blank line.
            var text = new StringBuilder("row,x\n").AppendJoin("", column.Select((v, row) => $"{row},{Cell(v, row)}\n"));
            var dataset = await _bench.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())));

            var profile = (await _bench.MeasureAsync(dataset, Profile, budgetBytes)).GetProperty("profile")[1];

            AssertAgree([.. column.Where(v => !double.IsNaN(v)).Order()], column.Length, profile);
        });

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    // Log-normal, heavily tied, shifted far from zero, and huge beside tiny; NaN stands for a missing value.
    private static Gen<double[]> Columns() =>
        from length in Gen.Choose(3, 400)
        from kind in Gen.Choose(0, 3)
        from missing in Gen.Choose(0, 3)
        from cells in Gen.Choose(0, 1_000_000).Zip(Gen.Choose(0, 1_000_000)).Zip(Gen.Choose(0, 9)).ArrayOf(length)
        let values = cells.Select((cell, row) => row >= 3 && cell.Item2 < missing ? double.NaN : Value(kind, cell.Item1.Item1 / 1e6, cell.Item1.Item2 / 1e6))
        select values.ToArray();

    private static double Value(int kind, double u, double v) => kind switch
    {
        0 => Math.Exp(2 * Math.Sqrt(-2 * Math.Log(1 - (u * 0.999999))) * Math.Cos(2 * Math.PI * v)),
        1 => Math.Floor(u * u * u * 20) / 4,
        2 => 10_000 + u,
        _ => (v < 0.5 ? -1 : 1) * Math.Pow(10, (u * 24) - 12),
    };

    private static string Cell(double value, int row) =>
        double.IsNaN(value) ? Missing[row % Missing.Length] : value.ToString("R", CultureInfo.InvariantCulture);

    private static void AssertAgree(double[] sorted, int rows, JsonElement profile)
    {
        Assert.Equal(rows - sorted.Length, profile.GetProperty("nulls").GetInt64());
        Assert.Equal(sorted.Distinct().Count(), profile.GetProperty("distinct").GetInt64());
        Assert.Equal(ArrayStatistics.Minimum(sorted), profile.GetProperty("min").GetDouble());
        Assert.Equal(ArrayStatistics.Maximum(sorted), profile.GetProperty("max").GetDouble());
        var (mean, deviation) = sorted.MeanStandardDeviation();
        Assert.Equal(mean, profile.GetProperty("mean").GetDouble(), Tolerance * sorted.Average(Math.Abs));
        Assert.Equal(deviation, profile.GetProperty("std").GetDouble(), Tolerance * deviation);
        foreach (var quantile in profile.GetProperty("quantiles").EnumerateObject())
        {
            var probability = int.Parse(quantile.Name.TrimEnd('%'), CultureInfo.InvariantCulture) / 100.0;
            var expected = SortedArrayStatistics.QuantileCustom(sorted, probability, QuantileDefinition.R7);
            // Between two numbers far apart the last digits of the place are those of the result.
            Assert.Equal(expected, quantile.Value.GetDouble(), Tolerance * Math.Max(Math.Abs(expected), Spread(sorted, probability) * 1e-3));
        }
    }

    private static double Spread(double[] sorted, double probability)
    {
        var at = (int)(probability * (sorted.Length - 1));
        return sorted[Math.Min(at + 1, sorted.Length - 1)] - sorted[at];
    }
}

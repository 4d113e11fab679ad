using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets.Params;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

/// <summary>Profiles agree with a naive computation, whether they spill or not.</summary>
public sealed class ProfileTests : IAsyncDisposable
{
    private static readonly MetricsParams Profile = new(["profile"]);
    private readonly MetricsBench _bench = new();

    [Theory]
    [InlineData(0)]
    [InlineData(64 << 20)]
    public async Task Columns_are_profiled_as_the_naive_table_says(long budgetBytes)
    {
        var table = new NaiveTable(5, 40_000);
        var profile = (await _bench.MeasureAsync(await _bench.StoreAsync(table.Csv), Profile, budgetBytes)).GetProperty("profile");

        Assert.Equal(NaiveTable.Names, profile.EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.Equal(["integer", "number", "boolean", "string", "integer"], profile.EnumerateArray().Select(c => c.GetProperty("type").GetString()!));
        for (var column = 0; column < NaiveTable.Names.Length; column++)
        {
            var values = table.Rows.Select(r => r[column]).OfType<object>().ToList();
            AssertCounts(profile[column], values, table.Rows.Count);
            if (values[0] is double)
            {
                AssertNumbers(profile[column], [.. values.Cast<double>().Order()]);
            }
        }

        Assert.False(_bench.Spilled);
    }

    [Fact]
    public async Task Progress_only_grows_over_all_passes_and_stays_within_one()
    {
        var columns = Enumerable.Range(0, 40).ToList();
        var text = new StringBuilder().AppendJoin(',', columns.Select(c => $"c{c}")).Append('\n');
        for (var row = 0; row < 2_000; row++)
        {
            text.AppendJoin(',', columns.Select(c => $"t{row % (c + 1)}")).Append('\n');
        }

        var dataset = await _bench.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())));
        var profile = (await _bench.MeasureAsync(dataset, Profile)).GetProperty("profile");

        Assert.Equal(columns.Select(c => c + 1L), profile.EnumerateArray().Select(c => c.GetProperty("distinct").GetInt64()));
        Assert.Equal(_bench.Progress.Order(), _bench.Progress);
        Assert.InRange(_bench.Progress[^1], 0.5, 1);
    }

    [Fact]
    public async Task What_json_cannot_hold_is_null_and_long_texts_are_cut()
    {
        var dataset = await _bench.StoreAsync(new MemoryStream(Encoding.UTF8.GetBytes($"a,b,c\ninf,,{new string('x', 1000)}\n1.5,,y\n")));
        var profile = (await _bench.MeasureAsync(dataset, Profile)).GetProperty("profile");

        Assert.Equal(JsonValueKind.Null, profile[0].GetProperty("max").ValueKind);
        Assert.Equal(1.5, profile[0].GetProperty("min").GetDouble());
        Assert.Equal(JsonValueKind.Null, profile[1].GetProperty("mean").ValueKind);
        Assert.Equal(JsonValueKind.Null, profile[1].GetProperty("histogram").ValueKind);
        Assert.Equal(new string('x', 256) + "…", profile[2].GetProperty("top")[0].GetProperty("value").GetString());
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static void AssertCounts(JsonElement column, List<object> values, int rows)
    {
        Assert.Equal(values.Count, column.GetProperty("count").GetInt64());
        Assert.Equal(rows - values.Count, column.GetProperty("nulls").GetInt64());
        Assert.Equal(values.Distinct().Count(), column.GetProperty("distinct").GetInt64());
        // Groups come in the order of their first row, and sorting keeps it.
        var top = values.GroupBy(v => v).OrderByDescending(g => g.Count()).Take(10).Select(g => (g.Key.ToString()!.ToUpperInvariant(), (long)g.Count()));
        Assert.Equal(top, column.GetProperty("top").EnumerateArray()
            .Select(v => (v.GetProperty("value").ToString().ToUpperInvariant(), v.GetProperty("count").GetInt64())));
    }

    private static void AssertNumbers(JsonElement column, double[] sorted)
    {
        var mean = sorted.Average();
        Assert.Equal(sorted[0], column.GetProperty("min").GetDouble());
        Assert.Equal(sorted[^1], column.GetProperty("max").GetDouble());
        Assert.Equal(mean, column.GetProperty("mean").GetDouble(), 1e-9 * Math.Max(1, Math.Abs(mean)));
        var std = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / (sorted.Length - 1));
        Assert.Equal(std, column.GetProperty("std").GetDouble(), 1e-9 * std);
        Assert.Equal(sorted.Length, column.GetProperty("histogram").GetProperty("counts").EnumerateArray().Sum(c => c.GetInt64()));
        foreach (var quantile in column.GetProperty("quantiles").EnumerateObject())
        {
            var at = int.Parse(quantile.Name.TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture) / 100.0 * (sorted.Length - 1);
            var (lower, upper) = (sorted[(int)at], sorted[Math.Min((int)at + 1, sorted.Length - 1)]);
            Assert.Equal(lower + ((upper - lower) * (at - (int)at)), quantile.Value.GetDouble(), 1e-9);
        }
    }
}

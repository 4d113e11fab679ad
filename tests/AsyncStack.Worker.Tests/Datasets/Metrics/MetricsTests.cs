using AsyncStack.Core.Datasets.Params;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

/// <summary>Counts agree with a naive computation over a table whose equal values are written in several ways.</summary>
public sealed class MetricsTests : IAsyncDisposable
{
    private readonly MetricsBench _bench = new();

    [Theory]
    [InlineData(1, 50, 0)]
    [InlineData(2, 5_000, 0)]
    [InlineData(3, 5_000, 64 << 20)]
    public async Task Counts_are_those_of_the_naive_table(int seed, int rows, long budgetBytes)
    {
        var table = new NaiveTable(seed, rows);
        var metrics = await _bench.MeasureAsync(await _bench.StoreAsync(table.Csv), new MetricsParams(), budgetBytes);

        Assert.Equal(rows, metrics.GetProperty("rows").GetInt64());
        Assert.Equal(5, metrics.GetProperty("columns").GetInt32());
        var nulls = Enumerable.Range(0, 5).Average(c => (double)table.Rows.Count(r => r[c] is null) / rows);
        Assert.Equal(nulls, metrics.GetProperty("null_ratio").GetDouble(), 1e-12);
        Assert.Equal(table.Duplicates(rows, null, 0, 1, 2, 3, 4), metrics.GetProperty("duplicates").GetInt64());
        Assert.False(metrics.TryGetProperty("profile", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("first")]
    [InlineData("last")]
    public async Task Duplicates_are_those_of_the_subset_within_the_limit(string? keep)
    {
        var table = new NaiveTable(4, 3_000);
        var parameters = new MetricsParams(
            ["duplicates"],
            new DuplicatesParams(["word", "whole", "flag", "part"], keep switch { "first" => Keep.First, "last" => Keep.Last, _ => null }),
            LimitRows: 700);
        var metrics = await _bench.MeasureAsync(await _bench.StoreAsync(table.Csv), parameters);

        Assert.Equal(table.Duplicates(700, keep, 0, 1, 2, 3), metrics.GetProperty("duplicates").GetInt64());
        Assert.Single(metrics.EnumerateObject());
    }

    [Fact]
    public async Task Integers_beyond_the_exact_doubles_stay_apart()
    {
        var dataset = await _bench.StoreAsync(new MemoryStream("id\n9007199254740993\n9007199254740992\n9007199254740993\n"u8.ToArray()));
        var metrics = await _bench.MeasureAsync(dataset, new MetricsParams(["duplicates", "profile"]));

        Assert.Equal(2, metrics.GetProperty("duplicates").GetInt64());
        Assert.Equal(2, metrics.GetProperty("profile")[0].GetProperty("distinct").GetInt64());
        Assert.Equal(9007199254740993, metrics.GetProperty("profile")[0].GetProperty("top")[0].GetProperty("value").GetInt64());
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();
}

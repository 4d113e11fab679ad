using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests.Datasets.Anomalies;

[Collection(ServersCollection.Name)]
public sealed class AnomaliesTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static readonly Dictionary<string, string?> Tight = new() { ["Datasets:BlockBytes"] = "500", ["Datasets:JobMemoryBytes"] = "0" };

    public static TheoryData<string> Strategies => ["zscore", "IQR", "MAD", "EWMA"];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Every_strategy_agrees_with_its_definition_on_data_with_outliers_and_gaps(string strategy)
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);
        var values = Noise(seed: 1, rows: 3000);

        var rows = await datasets.RowsAsync(await datasets.AddAsync(values), strategy);

        Assert.InRange(rows.Length, 10, 500);
        Assert.Equal(NaiveAnomalies.Find(strategy, values), rows);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Neither_small_blocks_nor_a_column_in_a_file_change_an_answer(string strategy)
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers, Tight);
        var values = Noise(seed: 2, rows: 70_000);

        var rows = await datasets.RowsAsync(await datasets.AddAsync(values), strategy);

        // The definition of EWMA takes the square of the rows; after some hundred rows it has forgotten what was before.
        var reference = strategy == "EWMA" ? values.TakeLast(1500).ToList() : values;
        var (before, settled) = (values.Count - reference.Count, strategy == "EWMA" ? 500 : 0);
        Assert.Equal(
            NaiveAnomalies.Find(strategy, reference).Where(r => r >= settled).Select(r => r + before),
            rows.Where(r => r >= before + settled));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task A_constant_an_empty_column_and_a_single_value_have_no_anomalies(string strategy)
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);

        Assert.Empty(await datasets.RowsAsync(await datasets.AddAsync(Enumerable.Repeat<double?>(0.1, 5000)), strategy));
        Assert.Empty(await datasets.RowsAsync(await datasets.AddAsync(Enumerable.Repeat<double?>(null, 50)), strategy));
        Assert.Empty(await datasets.RowsAsync(await datasets.AddAsync([7]), strategy));
    }

    [Fact]
    public async Task Numbers_are_written_as_python_writes_them_and_integers_without_a_fraction()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);
        double?[] values = [.. Enumerable.Range(0, 20).Select(i => (double?)i), 7099, null, -1e300];
        int?[] whole = [.. Enumerable.Range(0, 20), 7099, null, -300];

        Assert.Equal(
            """{"anomalies_count":2,"anomalies":[7099.0,-1e+300],"rows":[20,22]}""",
            await datasets.ResultAsync(await datasets.AddAsync(values), """{"column":"x","strategy":"IQR"}"""));
        Assert.Equal(
            """{"anomalies_count":2,"anomalies":[7099,-300],"rows":[20,22]}""",
            await datasets.ResultAsync(await datasets.AddAsync(whole.Select(v => (double?)v), DatasetColumnType.Integers), """{"column":"x","strategy":"IQR"}"""));
    }

    [Fact]
    public async Task Infinities_are_told_as_text_because_JSON_has_no_number_for_them()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);
        var dataset = await datasets.AddAsync([.. Enumerable.Range(0, 20).Select(i => $"{i}"), "inf", "-Infinity"], DatasetColumnType.Numbers);
        const string Both = """{"anomalies_count":2,"anomalies":["Infinity","-Infinity"],"rows":[20,21]}""";

        Assert.Equal(Both, await datasets.ResultAsync(dataset, """{"column":"x","strategy":"IQR"}"""));
        Assert.Equal(Both, await datasets.ResultAsync(dataset, """{"column":"x","strategy":"MAD"}"""));
        Assert.Equal(Both, await datasets.ResultAsync(dataset, """{"column":"x","strategy":"EWMA"}"""));
        Assert.Empty(await datasets.RowsAsync(dataset, "zscore"));
    }

    [Fact]
    public async Task Limit_rows_leaves_out_what_comes_after()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers, Tight);
        double?[] values = [.. Enumerable.Range(0, 500).Select(i => (double?)(i % 10)), 40, .. Enumerable.Repeat<double?>(1000, 500)];
        var dataset = await datasets.AddAsync(values);

        Assert.Equal(
            """{"anomalies_count":1,"anomalies":[40.0],"rows":[500]}""",
            await datasets.ResultAsync(dataset, """{"column":"x","strategy":"zscore","limit_rows":501}"""));
        Assert.Empty(await datasets.RowsAsync(dataset, "zscore"));
    }

    [Fact]
    public async Task A_new_level_is_told_once_by_EWMA()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);
        double?[] values = [.. Enumerable.Repeat<double?>(5, 50), .. Enumerable.Repeat<double?>(9, 50)];

        Assert.Equal(50, Assert.Single(await datasets.RowsAsync(await datasets.AddAsync(values), "EWMA")));
    }

    [Fact]
    public async Task MAD_says_nothing_when_more_than_half_of_the_values_are_equal()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);
        double?[] values = [.. Enumerable.Repeat<double?>(0, 60), .. Enumerable.Range(1, 40).Select(i => (double?)i), 1e6];

        Assert.Empty(await datasets.RowsAsync(await datasets.AddAsync(values), "MAD"));
    }

    [Theory]
    [InlineData("""{"column":"y","strategy":"IQR"}""", "Column 'y' not found in dataset; it has 'name', 'x'.")]
    [InlineData("""{"column":"x","strategy":"iqr"}""", "Unknown strategy 'iqr'; known are zscore, IQR, MAD, EWMA.")]
    [InlineData("""{"column":"name","strategy":"IQR"}""", "Column 'name' is of type string; anomalies are looked for in columns of type integer or number.")]
    public async Task What_the_dataset_cannot_answer_fails_the_job_with_what_there_is(string parameters, string error)
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);

        var outcome = await datasets.RunAsync(await datasets.AddAsync([1, 2, 3]), parameters);

        Assert.Equal(new JobOutcome.Failed(error), outcome);
    }

    [Fact]
    public async Task A_file_that_changed_after_validation_fails_the_job_and_names_the_column()
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers);

        var outcome = await datasets.RunAsync(await datasets.AddAsync(["1", "two"], DatasetColumnType.Numbers), """{"column":"x","strategy":"IQR"}""");

        Assert.Contains("'x'", Assert.IsType<JobOutcome.Failed>(outcome).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_job_canceled_while_it_reads_or_writes_stops_and_leaves_nothing(bool reading)
    {
        await using var datasets = await AnomaliesFixture.CreateAsync(servers, Tight);
        var dataset = await datasets.AddAsync(Noise(seed: 3, rows: 20_000));
        using var running = AnomaliesFixture.NewJob(dataset, """{"column":"x","strategy":"IQR"}""");
        void Cancel() => running.Stop(StopCause.Lost);
        var storage = reading ? StoppingStorage.Around(datasets.Storage, opened: Cancel) : StoppingStorage.Around(datasets.Storage, beforePut: Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => datasets.RunAsync(running, storage));

        Assert.Null(await datasets.Storage.HeadAsync(
            new ObjectUri(StorageBuckets.JobResults, $"{running.Job.Id}/anomalies.json"), TestContext.Current.CancellationToken));
    }

    private static List<double?> Noise(int seed, int rows)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(row => random.Next(20) switch
        {
            0 => null,
            1 when random.Next(5) == 0 => (double?)(random.NextDouble() * 1e4),
            _ => 100 + (row % 7) + random.NextDouble(),
        })];
    }
}

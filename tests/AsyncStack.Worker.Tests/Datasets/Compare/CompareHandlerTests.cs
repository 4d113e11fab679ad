using System.Globalization;
using System.Text.Json;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests.Datasets.Compare;

[Collection(ServersCollection.Name)]
public sealed class CompareHandlerTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static readonly string[] Types = ["id integer", "value number", "word string"];

    [Fact]
    public async Task Shifted_column_has_drifted_and_no_other()
    {
        await using var worker = await servers.StartAsync();
        var (now, then) = (await AddAsync(worker, Table(shift: 50)), await AddAsync(worker, Table()));

        var (row, result) = await CompareAsync(worker, now, then);

        Assert.Equal($"s3://job-results/{row.Id}/comparison.json", row.ResultUri);
        Assert.Equal("""{"drifted":1}""", row.Result?.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal((200, 200), (result.GetProperty("rows").GetInt64(), result.GetProperty("baseline_rows").GetInt64()));
        Assert.Equal(["value"], Names(result, "drifted"));
        Assert.Equal(["id", "value", "word"], Columns(result).Select(c => c.GetProperty("name").GetString()));
        var value = Columns(result)[1];
        Assert.True(value.GetProperty("psi").GetDouble() > 0.2);
        // The values are 0 to 99 and 50 to 149: half of either lies where the other has none.
        Assert.Equal(0.5, value.GetProperty("ks_statistic").GetDouble(), 12);
        Assert.InRange(value.GetProperty("ks_p_value").GetDouble(), 0, 1e-9);
        Assert.Equal(49.5, value.GetProperty("baseline_mean").GetDouble(), 1e-9);
        Assert.Equal(99.5, value.GetProperty("mean").GetDouble(), 1e-9);
        Assert.Equal(value.GetProperty("baseline_std").GetDouble(), value.GetProperty("std").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Dataset_beside_itself_has_no_drift()
    {
        await using var worker = await servers.StartAsync();
        var dataset = await AddAsync(worker, Table());

        var (_, result) = await CompareAsync(worker, dataset, dataset);

        Assert.Empty(Names(result, "drifted").Concat(Names(result, "added")).Concat(Names(result, "missing")));
        Assert.All(Columns(result), c => Assert.Equal(0, c.GetProperty("psi").GetDouble(), 12));
        Assert.All(Columns(result)[..2], c => Assert.Equal((0, 1), (c.GetProperty("ks_statistic").GetDouble(), c.GetProperty("ks_p_value").GetDouble())));
    }

    [Fact]
    public async Task Columns_that_only_one_of_them_has_are_named_and_the_common_ones_compared()
    {
        await using var worker = await servers.StartAsync();
        var now = await servers.AddAsync(worker, "a,b,new\n1,x,7\n2,y,8\n", "a integer", "b string", "new integer");
        var then = await servers.AddAsync(worker, "gone,b,a\n7,x,1\n8,y,2\n", "gone integer", "b string", "a integer");

        var (_, result) = await CompareAsync(worker, now, then);

        Assert.Equal(["new"], Names(result, "added"));
        Assert.Equal(["gone"], Names(result, "missing"));
        Assert.Equal(["a", "b"], Columns(result).Select(c => c.GetProperty("name").GetString()));
        Assert.Empty(Names(result, "drifted"));
    }

    [Fact]
    public async Task Datasets_without_a_common_column_have_nothing_to_compare()
    {
        await using var worker = await servers.StartAsync();
        var (now, then) = (await servers.AddAsync(worker, "a,b\n1,x\n", "a integer", "b string"), await servers.AddAsync(worker, "c,d\n1,x\n", "c integer", "d string"));

        var (row, result) = await CompareAsync(worker, now, then);

        Assert.Equal("""{"drifted":0}""", row.Result?.Replace(" ", "", StringComparison.Ordinal));
        Assert.Empty(Columns(result));
        Assert.Equal(["a", "b"], Names(result, "added"));
        Assert.Equal(["c", "d"], Names(result, "missing"));
    }

    [Fact]
    public async Task Kind_of_a_column_that_changed_is_drift_and_one_number_type_for_another_is_not()
    {
        await using var worker = await servers.StartAsync();
        var now = await servers.AddAsync(worker, "a,b\n1,1.0\n2,2.0\nx,3.0\n", "a string", "b number");
        var then = await servers.AddAsync(worker, "a,b\n1,1\n2,2\n3,3\n", "a integer", "b integer");

        var (_, result) = await CompareAsync(worker, now, then);

        Assert.Equal(["a"], Names(result, "drifted"));
        Assert.Equal(
            ["string integer", "number integer"],
            Columns(result).Select(c => $"{c.GetProperty("type").GetString()} {c.GetProperty("baseline_type").GetString()}"));
        Assert.Equal(JsonValueKind.Null, Columns(result)[0].GetProperty("ks_statistic").ValueKind);
        Assert.Equal(0, Columns(result)[1].GetProperty("ks_statistic").GetDouble());
    }

    [Fact]
    public async Task Column_without_a_value_on_one_side_has_ratios_and_no_measures()
    {
        await using var worker = await servers.StartAsync();
        var now = await servers.AddAsync(worker, "k,a,b\n1,,\n2,NA,\n", "k integer", "a number", "b string");
        var then = await servers.AddAsync(worker, "k,a,b\n1,5.0,x\n2,,y\n", "k integer", "a number", "b string");

        var (_, result) = await CompareAsync(worker, now, then);

        Assert.Empty(Names(result, "drifted"));
        Assert.All(Columns(result)[1..], c => Assert.Equal(JsonValueKind.Null, c.GetProperty("psi").ValueKind));
        Assert.Equal([0, 1, 1], Columns(result).Select(c => c.GetProperty("null_ratio").GetDouble()));
        Assert.Equal([0, 0.5, 0], Columns(result).Select(c => c.GetProperty("baseline_null_ratio").GetDouble()));
        string[] unknown = ["ks_statistic", "ks_p_value", "mean", "std", "baseline_std"];
        Assert.All(unknown, name => Assert.Equal(JsonValueKind.Null, Columns(result)[1].GetProperty(name).ValueKind));
        Assert.Equal(5, Columns(result)[1].GetProperty("baseline_mean").GetDouble());
    }

    [Fact]
    public async Task Only_the_columns_asked_for_are_compared()
    {
        await using var worker = await servers.StartAsync();
        var (now, then) = (await AddAsync(worker, Table(shift: 50)), await AddAsync(worker, Table()));

        var (row, result) = await CompareAsync(worker, now, then, """["word"]""");

        Assert.Equal(["word"], Columns(result).Select(c => c.GetProperty("name").GetString()));
        Assert.Empty(Names(result, "drifted"));
        Assert.Equal(1, row.Progress);
    }

    [Fact]
    public async Task Absent_column_and_absent_baseline_fail_the_job_at_once_and_store_nothing()
    {
        await using var worker = await servers.StartAsync();
        var (dataset, unknown) = (await AddAsync(worker, Table()), Guid.CreateVersion7());

        var absent = await servers.Jobs.StateAsync(await SubmitAsync(dataset, dataset, """["z"]"""), "failed");
        var alone = await servers.Jobs.StateAsync(await SubmitAsync(dataset, unknown, "null"), "failed");

        Assert.Equal(("Column 'z' not found in dataset; it has 'id', 'value', 'word'.", 1, null), (absent.Error, absent.Attempt, absent.ResultUri));
        Assert.Equal(($"Dataset '{unknown}' does not exist any more.", 1, null), (alone.Error, alone.Attempt, alone.ResultUri));
        foreach (var job in new[] { absent.Id, alone.Id })
            Assert.Null(await worker.Get<IObjectStorage>().HeadAsync(new ObjectUri(StorageBuckets.JobResults, $"{job}/comparison.json"), TestContext.Current.CancellationToken));
    }

    private static string Table(int shift = 0) => "id,value,word\n" + string.Concat(
        Enumerable.Range(0, 200).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{(i % 100) + shift}.0,w{i % 5}\n")));

    private static JsonElement[] Columns(JsonElement result) => [.. result.GetProperty("columns").EnumerateArray()];

    private static string[] Names(JsonElement result, string list) => [.. result.GetProperty(list).EnumerateArray().Select(n => n.GetString()!)];

    private Task<Guid> AddAsync(TestWorker worker, string csv) => servers.AddAsync(worker, csv, Types);

    private Task<Guid> SubmitAsync(Guid dataset, Guid baseline, string columns) => servers.Jobs.SubmitAsync(
        "compare", $$"""{"dataset_id":"{{dataset}}","params": {"baseline_dataset_id":"{{baseline}}","columns":{{columns}} } }""");

    private async Task<(JobRow Row, JsonElement Result)> CompareAsync(TestWorker worker, Guid dataset, Guid baseline, string columns = "null")
    {
        var row = await servers.Jobs.StateAsync(await SubmitAsync(dataset, baseline, columns), "completed");
        using var json = JsonDocument.Parse(await worker.ReadResultAsync(row.ResultUri!));
        return (row, json.RootElement.Clone());
    }
}

using System.Text.Json;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

[Collection(ServersCollection.Name)]
public sealed class MetricsHandlerTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private const string Expected = """{"metrics":{"rows":4,"columns":2,"null_ratio":0.125,"duplicates":2}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_results_are_stored_and_told_with_the_job()
    {
        await using var worker = await servers.StartAsync();
        var job = await SubmitAsync(worker, "{}");

        var row = await servers.Jobs.StateAsync(job, "completed");

        Assert.Equal($"s3://job-results/{job}/metrics.json", row.ResultUri);
        Assert.Equal(Expected, row.Result?.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(Expected, await worker.ReadResultAsync(row.ResultUri!));
    }

    [Fact]
    public async Task Profile_is_one_of_the_metrics()
    {
        await using var worker = await servers.StartAsync();
        var row = await servers.Jobs.StateAsync(await SubmitAsync(worker, """{"metrics":["rows","profile"]}"""), "completed");

        var metrics = JsonDocument.Parse(row.Result!).RootElement.GetProperty("metrics");
        Assert.Equal(4, metrics.GetProperty("rows").GetInt32());
        Assert.Equal(["a", "b"], metrics.GetProperty("profile").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Absent_column_fails_the_job_at_once_and_stores_nothing()
    {
        await using var worker = await servers.StartAsync();
        var job = await SubmitAsync(worker, """{"duplicates":{"subset":["z"]}}""");

        var row = await servers.Jobs.StateAsync(job, "failed");

        Assert.Equal(("Column 'z' not found in dataset; it has 'a', 'b'.", 1, null), (row.Error, row.Attempt, row.ResultUri));
        Assert.Null(await worker.Get<IObjectStorage>().HeadAsync(new ObjectUri(StorageBuckets.JobResults, $"{job}/metrics.json"), Token));
    }

    private async Task<Guid> SubmitAsync(TestWorker worker, string parameters)
    {
        var id = await servers.AddAsync(worker, "a,b\n1.0,x\n2,\n1.00,x\n3,x\n", "a number", "b string");
        return await servers.Jobs.SubmitAsync("metrics", $$"""{"dataset_id":"{{id}}","params":{{parameters}}}""");
    }
}

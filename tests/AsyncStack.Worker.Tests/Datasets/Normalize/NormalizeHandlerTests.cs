using AsyncStack.Core.Storage;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests.Datasets.Normalize;

[Collection(ServersCollection.Name)]
public sealed class NormalizeHandlerTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_stores_normalized_csv_and_says_what_it_did()
    {
        await using var worker = await servers.StartAsync();
        var job = await SubmitAsync(worker, """{"drop_duplicates":{"subset":["a"]},"fill_nulls":{"strategy":"median","columns":["b"]},"normalize":{"columns":["b"]}}""");

        var row = await servers.Jobs.StateAsync(job, "completed");

        Assert.Equal($"s3://job-results/{job}/normalized.csv", row.ResultUri);
        Assert.Equal("""{"rows":3,"columns":3,"dropped_rows":1,"filled_cells":1}""", row.Result?.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("a,b,c\n1,0.0,x\n2,0.5,\n3,1.0,z\n", await worker.ReadResultAsync(row.ResultUri!));
    }

    [Theory]
    [InlineData("""{"normalize":{"columns":["d"]}}""", "Column 'd' not found in dataset; it has 'a', 'b', 'c'.")]
    [InlineData("""{"fill_nulls":{"strategy":"mode"}}""", "params.fill_nulls.strategy is 'mode'; it must be one of median, mean, constant.")]
    public async Task Job_that_cannot_be_done_fails_at_once_with_the_reason(string parameters, string message)
    {
        await using var worker = await servers.StartAsync();
        var job = await SubmitAsync(worker, parameters);

        var row = await servers.Jobs.StateAsync(job, "failed");

        Assert.Equal((message, 1, null), (row.Error, row.Attempt, row.ResultUri));
        Assert.Null(await worker.Get<IObjectStorage>().HeadAsync(new ObjectUri(StorageBuckets.JobResults, $"{job}/normalized.csv"), Token));
    }

    private async Task<Guid> SubmitAsync(TestWorker worker, string parameters)
    {
        var id = await servers.AddAsync(worker, "a,b,c\n1,2,x\n2,,\n1,7,y\n3,4,z\n", "a integer", "b integer", "c string");
        return await servers.Jobs.SubmitAsync("normalize", $$"""{"dataset_id":"{{id}}","params":{{parameters}}}""");
    }
}

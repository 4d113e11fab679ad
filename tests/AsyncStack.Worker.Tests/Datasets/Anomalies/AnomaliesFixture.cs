using System.Globalization;
using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Anomalies;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncStack.Worker.Tests.Datasets.Anomalies;

/// <summary>Runs the handler on datasets in a real database and a real folder, as the engine does.</summary>
internal sealed class AnomaliesFixture(WorkerFixture servers, TestWorker worker) : IAsyncDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public IObjectStorage Storage => worker.Get<IObjectStorage>();

    public static async Task<AnomaliesFixture> CreateAsync(WorkerFixture servers, Dictionary<string, string?>? settings = null)
    {
        var fixture = new AnomaliesFixture(servers, await servers.BuildAsync(settings));
        await fixture.Storage.EnsureBucketAsync("datasets", Token);
        await fixture.Storage.EnsureBucketAsync(StorageBuckets.JobResults, Token);
        return fixture;
    }

    /// <summary>A dataset that is ready, with a column <c>name</c> of text before a column <c>x</c> of the type.</summary>
    public Task<Guid> AddAsync(IEnumerable<double?> values, string type = DatasetColumnType.Numbers) =>
        AddAsync(values.Select(v => v?.ToString("R", CultureInfo.InvariantCulture) ?? ""), type);

    public async Task<Guid> AddAsync(IEnumerable<string> cells, string type)
    {
        var id = Guid.CreateVersion7();
        var uri = new ObjectUri("datasets", $"{id}/small.csv");
        var text = new StringBuilder("name,x\n").AppendJoin("", cells.Select((cell, row) => $"\"row, {row}\",{cell}\n"));
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text.ToString()));
        await Storage.PutAsync(uri, content, cancellationToken: Token);
        await servers.ExecuteAsync($$"""
            insert into datasets (id, owner_id, name, format, storage_uri, status, columns, created_at, updated_at)
            values ('{{id}}', 'ann', 'small', 'csv', '{{uri}}', 'ready', '[{"name":"name","type":"string"},{"name":"x","type":"{{type}}"}]', now(), now())
            """);
        return id;
    }

    public async Task<JobOutcome> RunAsync(RunningJob running, IObjectStorage? storage = null)
    {
        var context = new JobContext(running.Job, storage ?? Storage, NullLogger.Instance, running);
        return await worker.Get<AnomaliesHandler>().RunAsync(new RawJson(running.Job.Payload), context);
    }

    public async Task<JobOutcome> RunAsync(Guid dataset, string parameters)
    {
        using var running = NewJob(dataset, parameters);
        return await RunAsync(running);
    }

    /// <summary>The text of the result of a job that must succeed.</summary>
    public async Task<string> ResultAsync(Guid dataset, string parameters)
    {
        var outcome = Assert.IsType<JobOutcome.Completed>(await RunAsync(dataset, parameters));
        await using var content = await Storage.OpenAsync(ObjectUri.Parse(outcome.ResultUri!), cancellationToken: Token);
        using var reader = new StreamReader(content.Stream);
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>The rows of a job that must succeed.</summary>
    public async Task<int[]> RowsAsync(Guid dataset, string strategy)
    {
        using var json = JsonDocument.Parse(await ResultAsync(dataset, $$"""{"column":"x","strategy":"{{strategy}}"}"""));
        int[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray().Select(r => r.GetInt32())];
        Assert.Equal(rows.Length, json.RootElement.GetProperty("anomalies_count").GetInt32());
        Assert.Equal(rows.Length, json.RootElement.GetProperty("anomalies").GetArrayLength());
        return rows;
    }

    public static RunningJob NewJob(Guid dataset, string parameters) => new(new ClaimedJob(
        Guid.CreateVersion7(), "c", "anomalies", $$"""{"dataset_id":"{{dataset}}","params":{{parameters}}}""", 1, 3, 60, null));

    public ValueTask DisposeAsync() => worker.DisposeAsync();
}

using System.Text;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests.Datasets;

/// <summary>Datasets as the validation leaves them.</summary>
internal static class ReadyDatasets
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Stores the text, which has no line end within a cell, and adds its row; columns are told as <c>name type</c>.</summary>
    public static async Task<Guid> AddAsync(this WorkerFixture servers, TestWorker worker, string csv, params string[] columns)
    {
        var (storage, id) = (worker.Get<IObjectStorage>(), Guid.CreateVersion7());
        await storage.EnsureBucketAsync(StorageBuckets.Datasets, Token);
        await storage.EnsureBucketAsync(StorageBuckets.JobResults, Token);
        var uri = new ObjectUri(StorageBuckets.Datasets, $"o/{id}/t.csv");
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        await storage.PutAsync(uri, content, cancellationToken: Token);
        var types = string.Join(',', columns.Select(c => c.Split(' ')).Select(c => $$"""{"name":"{{c[0]}}","type":"{{c[1]}}"}"""));
        await servers.ExecuteAsync($$"""
            insert into datasets (id, owner_id, name, format, storage_uri, status, row_count, columns, created_at, updated_at)
            values ('{{id}}', 'o', 't', 'csv', '{{uri}}', 'ready', {{csv.Count(c => c == '\n') - 1}}, '[{{types}}]', now(), now())
            """);
        return id;
    }

    /// <summary>The text of a result.</summary>
    public static async Task<string> ReadResultAsync(this TestWorker worker, string uri)
    {
        await using var result = await worker.Get<IObjectStorage>().OpenAsync(ObjectUri.Parse(uri), cancellationToken: Token);
        using var text = new StreamReader(result.Stream);
        return await text.ReadToEndAsync(Token);
    }
}

using AsyncStack.Core.ResourceTasks;
using AsyncStack.Core.Tests.Support;

namespace AsyncStack.Core.Tests.ResourceTasks;

public sealed class ResourceTaskStoreTests(CoreFixture core) : IClassFixture<CoreFixture>, IAsyncLifetime
{
    private const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private readonly ResourceTaskStore _store = new(core.Database, core.NewSignal(), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await core.ExecuteAsync("truncate tasks; truncate outbox");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_task_is_committed_queued_with_the_event_that_has_it_done()
    {
        var task = await _store.CreateAsync("r-1", "scan", new Dictionary<string, string> { ["depth"] = "2" }, Trace, Cancel);

        Assert.Equal(7, Guid.Parse(task.Id).Version);
        Assert.Equal(("r-1", "scan", "queued", null), (task.ResourceId, task.Action, task.Status, task.Result));
        Assert.Equal(task, await _store.FindAsync(task.Id, Cancel));
        Assert.Equal("{\"depth\": \"2\"}", await core.ReadAsync<string>("select metadata::text from tasks where id = $1", task.Id));
        Assert.Equal(
            $"asyncstack.events|task.process|task.process|{Trace}|r-1|{{\"task_id\":\"{task.Id}\",\"resource_id\":\"r-1\",\"action\":\"scan\",\"status\":\"queued\"}}",
            await core.ReadAsync<string>("select concat_ws('|', exchange, routing_key, type, traceparent, partition_key, convert_from(body, 'UTF8')) from outbox"));
    }

    [Theory]
    [InlineData("r\0", "scan")]
    [InlineData("r", "scan\0")]
    public async Task A_task_that_cannot_be_stored_leaves_no_event(string resource, string action)
    {
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _store.CreateAsync(resource, action, new Dictionary<string, string>(), null, Cancel));

        Assert.Equal(0, await core.ReadAsync<long>("select (select count(*) from tasks) + (select count(*) from outbox)"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("")]
    [InlineData("\0")]
    public async Task An_unknown_task_is_null(string id) => Assert.Null(await _store.FindAsync(id, Cancel));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(100)]
    public async Task Pages_show_every_task_once_newest_first(int limit)
    {
        var ids = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            ids.Add((await _store.CreateAsync("r", "scan", new Dictionary<string, string>(), null, Cancel)).Id);
        }

        // Several of the same moment are told apart by their ids.
        await core.ExecuteAsync("update tasks set created_at = '2026-01-01Z' where id = any($1)", ids[..5].ToArray());
        var read = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _store.ListAsync(limit, cursor, Cancel);
            Assert.InRange(page.Tasks.Count, 1, limit);
            read.AddRange(page.Tasks.Select(t => t.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        // Ids of one millisecond follow no order of their making.
        Assert.Equal([.. Enumerable.Reverse(ids[5..]), .. ids[..5].OrderDescending(StringComparer.Ordinal)], read);
    }

    [Theory]
    [InlineData("?")]
    [InlineData("AAAA")]
    [InlineData("__________8x")]
    [InlineData("CN4BAAAAAAAA")]
    [InlineData("CN4BAAAAAAD_")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor)
    {
        var exception = await Assert.ThrowsAsync<FormatException>(() => _store.ListAsync(10, cursor, Cancel));

        Assert.Contains($"'{cursor}'", exception.Message, StringComparison.Ordinal);
    }
}

using System.Text;
using System.Text.Json;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.ResourceTasks;
using AsyncStack.Worker.ResourceTasks;
using AsyncStack.Worker.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class ResourceTaskTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("resource.created", "process_new_resource", "Processed new resource 'pump'.")]
    [InlineData("resource.updated", "reprocess_resource", "Reprocessed resource 'pump'.")]
    [InlineData("resource.deleted", "cleanup_resource", "Cleaned up resource {0}.")]
    public async Task A_change_of_a_resource_completes_its_task_and_both_events_are_kept(string type, string action, string result)
    {
        await using var worker = await servers.StartAsync();
        var id = NewId();
        result = result.Replace("{0}", id, StringComparison.Ordinal);

        await PublishAsync(type, new { id, name = "pump" });

        await KeptAsync(id, 2);
        Assert.Equal(
            $"{id}|{action}|completed|{result}",
            await servers.Jobs.ScalarAsync<string>($"select concat_ws('|', resource_id, action, status, result) from tasks where id = 'auto-{id}'"));
        Assert.Equal(
            [$"{type}||", $"task.completed|auto-{id}|{action}"],
            await servers.Jobs.ScalarAsync<string[]>(
                $"select array_agg(event_type || '|' || coalesce(task_id, '') || '|' || coalesce(action, '') order by place) from processed_events where resource_id = '{id}'"));
        var told = JsonElement.Parse(await servers.Jobs.ScalarAsync<string>(
            $"select payload::text from processed_events where resource_id = '{id}' and event_type = 'task.completed'"));
        Assert.Equal(
            [("action", action), ("resource_id", id), ("result", result), ("status", "completed"), ("task_id", $"auto-{id}")],
            told.EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)).OrderBy(p => p.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_message_that_comes_again_changes_nothing_though_a_later_one_came_between()
    {
        await using var worker = await servers.StartAsync();
        var (id, created, updated) = (NewId(), Guid.CreateVersion7(), Guid.CreateVersion7());

        await PublishAsync("resource.created", new { id, name = "n" }, created);
        await PublishAsync("resource.updated", new { id, name = "n" }, updated);
        await PublishAsync("resource.created", new { id, name = "n" }, created);
        await PublishAsync("resource.updated", new { id, name = "n" }, updated);
        var last = NewId();
        await PublishAsync("resource.created", new { id = last, name = "n" });
        // All that came before it is handled then; what was told of it keeps no order among resources.
        await KeptAsync(last, 2);
        await KeptAsync(id, 4);

        Assert.Equal("reprocess_resource", await servers.Jobs.ScalarAsync<string>($"select action from tasks where id = 'auto-{id}'"));
        Assert.Equal(
            ["process_new_resource", "reprocess_resource"],
            await servers.Jobs.ScalarAsync<string[]>(
                $"select array_agg(action order by place) from processed_events where resource_id = '{id}' and event_type = 'task.completed'"));
        Assert.Equal(4, await servers.Jobs.ScalarAsync<long>($"select count(*) from processed_events where resource_id = '{id}'"));
    }

    [Fact]
    public async Task A_message_twice_in_one_batch_has_one_effect_and_the_last_of_a_task_stays()
    {
        await using var worker = await servers.BuildAsync();
        var (id, first) = (NewId(), Guid.CreateVersion7());
        TaskReaction Reaction(Guid message, string action) => new(message, $"auto-{id}", id, action, action, null);
        TaskReaction[] batch = [Reaction(first, "one"), Reaction(Guid.CreateVersion7(), "two"), Reaction(first, "one")];

        await worker.Get<TaskCompletions>().CompleteAsync(batch, Cancel);
        await worker.Get<TaskCompletions>().CompleteAsync(batch, Cancel);

        Assert.Equal("two", await servers.Jobs.ScalarAsync<string>($"select action from tasks where id = 'auto-{id}'"));
        Assert.Equal(
            ["one", "two"],
            await servers.Jobs.ScalarAsync<string[]>(
                $"select array_agg(convert_from(body, 'UTF8')::json ->> 'action' order by sequence) from outbox where partition_key = '{id}'"));
    }

    [Fact]
    public async Task A_task_that_was_asked_for_is_completed_as_what_it_was()
    {
        await using var worker = await servers.StartAsync();
        var resource = NewId();

        var task = await worker.Get<ResourceTaskStore>().CreateAsync(resource, "scan", new Dictionary<string, string> { ["a"] = "b" }, null, Cancel);
        await KeptAsync(resource, 2);

        var done = await worker.Get<ResourceTaskStore>().FindAsync(task.Id, Cancel);
        Assert.Equal(
            (resource, "scan", "completed", $"Completed scan for resource {resource}.", task.CreatedAt),
            (done!.ResourceId, done.Action, done.Status, done.Result, done.CreatedAt));
        Assert.Equal(
            ["task.process", "task.completed"],
            await servers.Jobs.ScalarAsync<string[]>($"select array_agg(event_type order by place) from processed_events where task_id = '{task.Id}'"));
    }

    [Theory]
    [InlineData("resource.created", "not json", "The body is no JSON")]
    [InlineData("resource.created", "[]", "The body is no JSON object.")]
    [InlineData("resource.created", "{}", "The event has no id.")]
    [InlineData("resource.created", """{"id": 7}""", "id is no valid text.")]
    [InlineData("resource.created", """{"id": "a\u0000b"}""", "id holds a NUL.")]
    [InlineData("resource.created", """{"id": "\ud800"}""", "id is no valid text.")]
    [InlineData("resource.renamed", """{"id": "r"}""", "No task follows from an event of the type 'resource.renamed'.")]
    [InlineData("task.process", """{"task_id": "t", "resource_id": "r"}""", "The event has no action.")]
    public async Task What_tells_of_no_task_becomes_a_dead_letter_and_keeps_nobody_back(string type, string body, string reason)
    {
        await using var worker = await servers.StartAsync();
        var (message, id) = (Guid.CreateVersion7(), NewId());

        await PublishAsync(type, Encoding.UTF8.GetBytes(body), message.ToString());
        await PublishAsync("resource.created", new { id, name = "n" });

        await KeptAsync(id, 2);
        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<string>(
                $"select coalesce(min(reason), '') from dead_letters where queue = 'tasks.resource-events' and convert_from(body, 'UTF8') = '{body}'"),
            found => found.StartsWith(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("seven")]
    public async Task An_event_without_a_message_id_is_kept_by_nobody(string? messageId)
    {
        await using var worker = await servers.StartAsync();
        var id = NewId();

        await PublishAsync("resource.created", JsonSerializer.SerializeToUtf8Bytes(new { id }), messageId);

        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<long>($"select count(*) from dead_letters where convert_from(body, 'UTF8') like '%{id}%'"), count => count == 2);
        Assert.Equal(0, await servers.Jobs.ScalarAsync<long>($"select count(*) from processed_events where resource_id = '{id}'"));
    }

    [Theory]
    [InlineData("""{"task_id": "t", "note": "a\u0000b"}""")]
    [InlineData("""{"task_id": "t", "note": "\ud800"}""")]
    [InlineData("""{"task_id": "t", "note": 1e999999}""")]
    public async Task An_event_that_the_database_cannot_store_keeps_none_of_its_batch_back(string body)
    {
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids)
        {
            await PublishAsync("task.completed", id == ids[7] ? Encoding.UTF8.GetBytes(body) : "{}"u8.ToArray(), id.ToString());
        }

        await using var worker = await servers.StartAsync();

        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<long>($"select count(*) from processed_events where id = any('{{{string.Join(',', ids)}}}')"), count => count == 19);
        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<string>($"select coalesce(min(reason), '') from dead_letters where convert_from(body, 'UTF8') = '{body}'"),
            reason => reason.StartsWith("The database cannot store it: ", StringComparison.Ordinal));
        Assert.Equal(
            ids.Where(id => id != ids[7]),
            await servers.Jobs.ScalarAsync<Guid[]>($"select array_agg(id order by place) from processed_events where id = any('{{{string.Join(',', ids)}}}')"));
    }

    [Fact]
    public async Task When_the_worker_that_is_served_goes_another_goes_on_and_each_event_has_one_effect()
    {
        const int Count = 300;
        await using var second = await servers.BuildAsync();
        string[] ids = [NewId(), NewId(), NewId()];
        var list = $"'{{{string.Join(',', ids)}}}'";
        await using (await servers.StartAsync())
        {
            await second.StartAsync();
            for (var i = 0; i < Count; i++)
            {
                await PublishAsync(i < ids.Length ? "resource.created" : "resource.updated", new { id = ids[i % ids.Length], name = $"{i}" });
                if (i == Count / 2)
                {
                    await servers.Jobs.UntilAsync(() => servers.Jobs.ScalarAsync<long>($"select count(*) from tasks where resource_id = any({list})"), n => n == ids.Length);
                }
            }
        }

        await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<long>($"select count(*) from processed_events where resource_id = any({list})"), count => count == 2 * Count);
        foreach (var (id, index) in ids.Select((id, index) => (id, index)))
        {
            Assert.Equal(
                $"Reprocessed resource '{Count - ids.Length + index}'.", await servers.Jobs.ScalarAsync<string>($"select result from tasks where id = 'auto-{id}'"));
            Assert.Equal(
                await servers.Jobs.ScalarAsync<string[]>(
                    $"select array_agg(case event_type when 'resource.created' then 'Processed new resource ''' else 'Reprocessed resource ''' end || (payload ->> 'name') || '''.' order by place) from processed_events where resource_id = '{id}' and event_type like 'resource.%'"),
                await servers.Jobs.ScalarAsync<string[]>(
                    $"select array_agg(payload ->> 'result' order by place) from processed_events where resource_id = '{id}' and event_type = 'task.completed'"));
        }
    }

    [Fact]
    public async Task While_the_database_is_away_events_wait()
    {
        await using var worker = await servers.StartAsync();
        var id = NewId();
        await using (await servers.CloseDatabaseAsync())
        {
            await PublishAsync("resource.created", new { id, name = "n" });
            await worker.Logs.SaidAsync("EventsNotWritten");
        }

        await KeptAsync(id, 2);
    }

    private static string NewId() => Guid.CreateVersion7().ToString();

    private Task<long> KeptAsync(string resource, int count) => servers.Jobs.UntilAsync(
        () => servers.Jobs.ScalarAsync<long>($"select count(*) from processed_events where resource_id = '{resource}'"), n => n == count);

    private Task PublishAsync(string type, object body, Guid? messageId = null) =>
        PublishAsync(type, JsonSerializer.SerializeToUtf8Bytes(body), (messageId ?? Guid.CreateVersion7()).ToString());

    private Task PublishAsync(string type, byte[] body, string? messageId)
    {
        var properties = new BasicProperties { Persistent = true };
        if (messageId is not null)
        {
            properties.MessageId = messageId;
        }

        return servers.Broker.PublishAsync(Topology.EventsExchange, type, body, properties);
    }
}

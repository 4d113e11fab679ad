using System.Text;
using AsyncStack.Core.Counters;
using AsyncStack.Core.Messages;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Scheduling;
using AsyncStack.Worker.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class MessageTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_with_an_id_is_saved_once_and_one_without_as_often_as_it_comes()
    {
        await using var worker = await servers.StartAsync();
        var marker = Guid.NewGuid().ToString();
        for (var i = 0; i < 3; i++)
        {
            await PublishAsync(new SavedMessage(marker, "same").Write(), "one-id");
        }

        await PublishAsync(new SavedMessage(marker, "other body").Write(), "one-id");
        await PublishAsync(new SavedMessage(marker, "nameless").Write(), null);
        await PublishAsync(new SavedMessage(marker, "nameless").Write(), null);
        await PublishAsync(new SavedMessage(marker, "last").Write(), "last");

        await SavedAsync($"content = '{marker}' and owner = 'last'", 1);
        Assert.Equal(
            "nameless,nameless,other body,same",
            await servers.Jobs.ScalarAsync<string>($"select string_agg(owner, ',' order by owner) from messages where content = '{marker}' and owner <> 'last'"));
        Assert.Equal(0u, await servers.Broker.CountAsync(Topology.SavedMessages));
    }

    [Fact]
    public async Task Message_is_saved_as_it_was_written()
    {
        await using var worker = await servers.StartAsync();
        var message = new SavedMessage("<b>\"é\" 你 \U0001F680\n\\ \u0001", Guid.NewGuid().ToString());

        await PublishAsync(message.Write(), "any");

        await SavedAsync($"owner = '{message.Owner}'", 1);
        Assert.Equal(message.Content, await servers.Jobs.ScalarAsync<string>($"select content from messages where owner = '{message.Owner}'"));
    }

    [Fact]
    public async Task Thousands_are_saved_in_batches()
    {
        var owner = Guid.NewGuid().ToString();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            for (var i = 0; i < 250; i++)
            {
                await PublishAsync(new SavedMessage($"{n}-{i}", owner).Write(), $"{n}-{i}");
            }
        }));

        await using var worker = await servers.StartAsync();

        await SavedAsync($"owner = '{owner}'", 2000);
        Assert.InRange(await servers.Jobs.ScalarAsync<long>($"select count(distinct timestamp) from messages where owner = '{owner}'"), 1, 200);
    }

    [Theory]
    [InlineData("not json", "The body is no JSON object with the texts content and owner:")]
    [InlineData("[]", "The body is no JSON object with the texts content and owner:")]
    [InlineData("null", "The body is null.")]
    [InlineData("""{"content":1,"owner":"x"}""", "The body is no JSON object with the texts content and owner:")]
    [InlineData("""{"owner":"x"}""", "The body has no content.")]
    [InlineData("""{"content":"x"}""", "The body has no owner.")]
    [InlineData("""{"content":"a\u0000b","owner":"x"}""", "The body holds a NUL, which the database takes in no text.")]
    [InlineData("""{"content":"\ud800","owner":"x"}""", "The body is no JSON object with the texts content and owner:")]
    public async Task Body_that_is_no_message_becomes_a_dead_letter_and_blocks_nobody(string body, string reason)
    {
        await using var worker = await servers.StartAsync();
        var key = Guid.NewGuid().ToString();

        await servers.Broker.PublishAsync("", Topology.SavedMessages, Encoding.UTF8.GetBytes(body), new BasicProperties { CorrelationId = key });
        await PublishAsync(new SavedMessage("next", key).Write(), key);

        await SavedAsync($"owner = '{key}'", 1);
        var letter = await servers.Jobs.UntilAsync(
            () => servers.Jobs.ScalarAsync<string>($"select coalesce(max(queue || ': ' || reason), '') from dead_letters where correlation_id = '{key}'"), l => l.Length > 0);
        Assert.StartsWith($"task_queue: {reason}", letter, StringComparison.Ordinal);
    }

    [Fact]
    public void Body_that_is_too_long_or_no_text_is_refused()
    {
        Assert.Equal("The content has 10001 characters; at most 10000 are kept.", SavedMessage.Read(new SavedMessage(new string('x', 10_001), "o").Write()).Refusal);
        Assert.Equal("The owner has 201 characters; at most 200 are kept.", SavedMessage.Read(new SavedMessage("c", new string('x', 201)).Write()).Refusal);
        Assert.Null(SavedMessage.Read("{\"content\":\"\xFF\",\"owner\":\"o\"}"u8[..^2]).Message);
        Assert.Null(SavedMessage.Read([.. "{\"content\":\""u8, 0xFF, .. "\",\"owner\":\"o\"}"u8]).Message);
    }

    [Fact]
    public async Task Messages_wait_while_the_database_is_away()
    {
        await using var worker = await servers.StartAsync();
        var owner = Guid.NewGuid().ToString();

        await using (await servers.CloseDatabaseAsync())
        {
            await PublishAsync(new SavedMessage("kept", owner).Write(), owner);
            await worker.Logs.SaidAsync("SavingFailed");
        }

        await SavedAsync($"owner = '{owner}'", 1);
    }

    [Fact]
    public async Task Pruning_deletes_old_messages_and_health_rows_and_spares_young_ones()
    {
        await using var worker = await servers.BuildAsync(new() { ["Worker:Retention"] = "1.00:00:00" });
        await servers.ExecuteAsync("""
            delete from messages;
            delete from health;
            insert into messages (content, owner, timestamp) select 'old', 'prune', now() - interval '25 hours' from generate_series(1, 2500);
            insert into messages (content, owner) values ('young', 'prune');
            insert into health (app, status, pod, time) select 'prune', 'healthy', 'p', now() - interval '25 hours' from generate_series(1, 2500);
            insert into health (app, status, pod, time) values ('prune', 'healthy', 'p', now());
            """);

        await Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<PruneLoop>(worker.Get<IServiceProvider>()).RunOnceAsync(Cancellation);

        Assert.Equal("young", await servers.Jobs.ScalarAsync<string>("select string_agg(content, ',') from messages where owner = 'prune'"));
        Assert.Equal(1, await servers.Jobs.ScalarAsync<long>("select count(*) from health where app = 'prune'"));
    }

    [Fact]
    public async Task Totals_say_what_was_ended_failed_and_retried()
    {
        var before = await servers.TotalsAsync();
        await using (var worker = await servers.StartAsync())
        {
            var instant = await servers.Jobs.AddAsync("echo", count: 500);
            var slow = await servers.Jobs.AddAsync("sleep", """{"seconds": 0}""", count: 20);
            var failing = await servers.Jobs.AddAsync(TestHandlers.Throw, count: 5, maxAttempts: 3);
            await servers.Jobs.TellAsync("echo", instant);
            // Told again: a job that has ended is not counted a second time.
            await servers.Jobs.TellAsync("echo", instant);
            await servers.Jobs.TellAsync("sleep", slow);
            await servers.Jobs.TellAsync(TestHandlers.Throw, failing);
            await servers.Jobs.StateAsync([.. instant, .. slow], "completed");
            await servers.Jobs.StateAsync(failing, "failed");
        }

        var after = await servers.TotalsAsync();
        Assert.Equal((525, 5, 10), (Grown(Counter.WorkerProcessed), Grown(Counter.WorkerFailed), Grown(Counter.WorkerRetried)));
        long Grown(Counter counter) => after[counter] - before[counter];
    }

    private Task PublishAsync(byte[] body, string? id)
    {
        var properties = new BasicProperties { Persistent = true };
        if (id is not null)
        {
            properties.MessageId = id;
        }

        return servers.Broker.PublishAsync("", Topology.SavedMessages, body, properties);
    }

    private Task SavedAsync(string condition, int count) =>
        Waiting.ForAsync(async () => await servers.Jobs.ScalarAsync<long>($"select count(*) from messages where {condition}") == count);
}

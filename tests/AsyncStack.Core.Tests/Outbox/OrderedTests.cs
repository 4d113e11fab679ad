using System.Diagnostics;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tests.Support;
using Npgsql;
using RabbitMQ.Client;

namespace AsyncStack.Core.Tests.Outbox;

public sealed class OrderedTests(CoreFixture core) : IClassFixture<CoreFixture>, IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await core.ExecuteAsync("truncate outbox");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Rows_of_a_key_leave_by_their_number_whatever_their_ids_say()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        var messages = Many(queue.Name, "one", 20).Reverse().ToArray();
        await core.InsertAsync(messages);

        Assert.Equal((20, 20), await PublishOnceAsync(publisher));

        Assert.Equal(messages.Select(m => m.Id), await TakeAsync(queue, 20));
        Assert.Empty(await core.LeftAsync(messages));
    }

    [Fact]
    public async Task None_passes_an_unconfirmed_one_of_its_key_and_other_keys_go_on()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        OutboxMessage[] held = [Message("no-such-queue", "held"), Message(queue.Name, "held"), Message(queue.Name, "held")];
        var free = Message(queue.Name, "free");
        await core.InsertAsync([.. held, free]);

        Assert.Equal((4, 1), await PublishOnceAsync(publisher));

        Assert.Equal([free.Id], await TakeAsync(queue, 1));
        Assert.Equal(0u, await queue.CountAsync());
        Assert.Equal(held.Select(m => m.Id).ToHashSet(), await core.LeftAsync([.. held, free]));
    }

    [Fact]
    public async Task Without_the_broker_every_row_waits()
    {
        await using var connection = await core.ConnectAsync();
        await using var publisher = core.NewPublisher(connection);
        var messages = Enumerable.Range(0, 200).Select(i => Message("any", $"key-{i % 50}")).ToArray();
        await core.InsertAsync(messages);
        await connection.CloseAsync(cancellationToken: Cancel);

        Assert.Equal((200, 0), await PublishOnceAsync(publisher));

        Assert.Equal(200, (await core.LeftAsync(messages)).Count);
    }

    [Fact]
    public async Task A_pass_holds_a_batch_at_the_most()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        await core.InsertAsync([.. Enumerable.Range(0, OrderedPublisher.BatchSize + 1).Select(i => Message(queue.Name, $"key-{i}"))]);

        Assert.Equal((OrderedPublisher.BatchSize, OrderedPublisher.BatchSize), await PublishOnceAsync(publisher));
        Assert.Equal((1, 1), await PublishOnceAsync(publisher));
        Assert.Equal((0, 0), await PublishOnceAsync(publisher));
    }

    [Fact]
    public async Task A_row_without_a_key_is_left_to_the_others()
    {
        await using var publisher = core.NewPublisher();
        await core.InsertAsync([OutboxTests.Message("any")]);

        Assert.Equal((0, 0), await PublishOnceAsync(publisher));
    }

    [Fact]
    public async Task The_leader_is_woken_by_a_commit_long_before_it_would_look_by_itself()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        using var leader = core.NewLeader(publisher, interval: TimeSpan.FromHours(1));
        using var signal = core.NewSignal();
        await leader.StartAsync(Cancel);
        await signal.StartAsync(Cancel);
        await Waiting.ForAsync(async () => await core.LeaderAsync() is not null);

        for (var i = 0; i < 3; i++)
        {
            var message = Message(queue.Name, "woken");
            await core.InsertAsync([message]);
            signal.Wake();
            Assert.Equal([message.Id], await TakeAsync(queue, 1));
        }

        await signal.StopAsync(Cancel);
        await leader.StopAsync(Cancel);
    }

    [Fact]
    public async Task One_leads_and_another_follows_as_soon_as_it_has_stopped()
    {
        await using var publisher = core.NewPublisher();
        using var first = core.NewLeader(publisher);
        using var second = core.NewLeader(publisher);
        await first.StartAsync(Cancel);
        await Waiting.ForAsync(async () => await core.LeaderAsync() is not null);

        Assert.False(await second.LeadAsync(Cancel));

        await first.StopAsync(Cancel);
        Assert.Null(await core.LeaderAsync());
        using var stop = new CancellationTokenSource();
        var leading = second.LeadAsync(stop.Token);
        await Waiting.ForAsync(async () => await core.LeaderAsync() is not null);
        await stop.CancelAsync();
        Assert.True(await leading);
    }

    [Fact]
    public async Task When_the_leader_dies_another_goes_on_within_seconds_and_no_key_loses_its_order()
    {
        const int Count = 600;
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var otherBroker = await core.ConnectAsync();
        await using var firstPublisher = core.NewPublisher();
        await using var secondPublisher = core.NewPublisher(otherBroker);
        await using var firstDatabase = core.NewDatabase();
        using var first = core.NewLeader(firstPublisher, firstDatabase);
        using var second = core.NewLeader(secondPublisher);
        using var signal = core.NewSignal();
        await first.StartAsync(Cancel);
        await Waiting.ForAsync(async () => await core.LeaderAsync() is not null);
        await second.StartAsync(Cancel);
        await signal.StartAsync(Cancel);

        var messages = Enumerable.Range(0, Count).Select(i => Message(queue.Name, $"key-{i % 7}")).ToArray();
        var writing = WriteAsync(messages, signal);
        var arrived = await TakeAsync(queue, 50);
        var dead = await core.LeaderAsync();
        var died = Stopwatch.GetTimestamp();
        await core.ExecuteAsync("select pg_terminate_backend($1)", dead!.Value);
        await firstDatabase.DisposeAsync();
        await Waiting.ForAsync(async () => await core.LeaderAsync() is { } now && now != dead);
        Assert.InRange(Stopwatch.GetElapsedTime(died), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await writing;
        while (arrived.Distinct().Count() < Count)
        {
            arrived.AddRange(await TakeAsync(queue, 1));
        }

        foreach (var key in messages.GroupBy(m => m.PartitionKey))
        {
            var ids = key.Select(m => m.Id).ToHashSet();
            Assert.Equal(key.Select(m => m.Id), arrived.Where(ids.Contains).Distinct());
        }

        await Waiting.ForAsync(async () => (await core.LeftAsync(messages)).Count == 0);
        await signal.StopAsync(Cancel);
        await second.StopAsync(Cancel);
        await first.StopAsync(Cancel);
    }

    private static OutboxMessage Message(string queue, string key) => OutboxTests.Message(queue) with { PartitionKey = key };

    private static OutboxMessage[] Many(string queue, string key, int count) => [.. Enumerable.Range(0, count).Select(_ => Message(queue, key))];

    private async Task WriteAsync(OutboxMessage[] messages, OrderedOutboxSignal signal)
    {
        foreach (var chunk in messages.Chunk(5))
        {
            await core.InsertAsync(chunk, isNew: true);
            signal.Wake();
        }
    }

    private async Task<(int Found, int Published)> PublishOnceAsync(ConfirmedPublisher publisher)
    {
        await using var connection = await core.Database.OpenConnectionAsync(Cancel);
        return await CoreFixture.NewOrdered(publisher).PublishOnceAsync(connection, Cancel);
    }

    private static async Task<List<Guid>> TakeAsync(TestQueue queue, int count)
    {
        var ids = new List<Guid>();
        while (ids.Count < count)
        {
            ids.Add(Guid.Parse((await queue.TakeAsync()).BasicProperties.MessageId!));
        }

        return ids;
    }
}

using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Core.Tests.Outbox;

public sealed class SweeperTests(CoreFixture core) : IClassFixture<CoreFixture>, IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await core.ExecuteAsync("delete from outbox");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_row_belongs_to_its_process_for_the_grace_time()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        var (old, young) = (OutboxTests.Message(queue.Name), OutboxTests.Message(queue.Name));
        await core.InsertAsync([old]);
        await core.InsertAsync([young], isNew: true);

        await core.NewSweeper(publisher).SweepOnceAsync(Cancel);

        Assert.Equal(old.Id.ToString(), (await queue.TakeAsync()).BasicProperties.MessageId);
        Assert.Equal([young.Id], await core.LeftAsync([old, young]));
    }

    [Fact]
    public async Task Rows_of_a_partition_are_left_to_their_leader()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        var ordered = OutboxTests.Message(queue.Name) with { PartitionKey = "resource-1" };
        await core.InsertAsync([ordered]);

        await core.NewSweeper(publisher).SweepOnceAsync(Cancel);

        Assert.Equal([ordered.Id], await core.LeftAsync([ordered]));
    }

    [Fact]
    public async Task Two_sweepers_share_the_rows_and_publish_none_twice()
    {
        var messages = OutboxTests.Many("any", 20);
        await core.InsertAsync(messages);
        var (first, second) = (new List<Guid>(), new List<Guid>());
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = core.Outbox.SweepAsync(TimeSpan.FromMinutes(1), 8, async (message, _) =>
        {
            lock (first)
            {
                first.Add(message.Id);
            }

            entered.TrySetResult();
            await release.Task;
            return PublishOutcome.Confirmed;
        }, Cancel);
        await entered.Task.WaitAsync(Waiting.AtMost, Cancel);

        var quick = await core.Outbox.SweepAsync(TimeSpan.FromMinutes(1), 100, (message, _) =>
        {
            lock (second)
            {
                second.Add(message.Id);
            }

            return Task.FromResult(PublishOutcome.Confirmed);
        }, Cancel);
        release.SetResult();

        Assert.Equal((8, 8), await slow);
        Assert.Equal((12, 12), quick);
        Assert.Empty(first.Intersect(second));
        Assert.Empty(await core.LeftAsync(messages));
    }

    [Fact]
    public async Task A_sweeper_that_dies_leaves_its_rows()
    {
        var messages = OutboxTests.Many("any", 5);
        await core.InsertAsync(messages);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            core.Outbox.SweepAsync(TimeSpan.FromMinutes(1), 100, (_, _) => throw new InvalidOperationException("killed"), Cancel));

        Assert.Equal(5, (await core.LeftAsync(messages)).Count);
    }

    [Fact]
    public async Task Without_the_broker_the_rows_stay_and_the_pass_ends()
    {
        await using var connection = await core.ConnectAsync();
        await using var publisher = core.NewPublisher(connection);
        var messages = OutboxTests.Many("any", 200);
        await core.InsertAsync(messages);
        await connection.CloseAsync(cancellationToken: Cancel);

        Assert.False(await core.NewSweeper(publisher).SweepOnceAsync(Cancel));

        Assert.Equal(200, (await core.LeftAsync(messages)).Count);
    }

    [Fact]
    public async Task Rows_that_the_broker_refuses_keep_no_other_back()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        OutboxMessage[] bad = [OutboxTests.Message("no-such-queue"), OutboxTests.Message("any", exchange: "no-such-exchange")];
        await core.InsertAsync(bad);
        var good = OutboxTests.Many(queue.Name, 300);
        await core.InsertAsync(good);

        await core.NewSweeper(publisher).SweepOnceAsync(Cancel);

        Assert.Equal(bad.Select(m => m.Id).ToHashSet(), await core.LeftAsync([.. bad, .. good]));
    }

    [Fact]
    public async Task A_full_pass_says_that_more_may_wait()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        var sweeper = core.NewSweeper(publisher);
        await core.InsertAsync(OutboxTests.Many(queue.Name, 513));

        Assert.True(await sweeper.SweepOnceAsync(Cancel));
        Assert.False(await sweeper.SweepOnceAsync(Cancel));
        Assert.Equal(0, await core.ReadAsync<long>("select count(*) from outbox"));
    }
}

using System.Text;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Core.Tests.Outbox;

public sealed class OutboxTests(CoreFixture core) : IClassFixture<CoreFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_arrives_with_all_its_properties_and_then_its_row_goes()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        using var hotPath = core.NewHotPath(publisher);
        await hotPath.StartAsync(Cancel);
        var message = Message(queue.Name) with { CorrelationId = "c-1", TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
        await core.InsertAsync([message], isNew: true);

        hotPath.Publish(message);

        var taken = await queue.TakeAsync();
        Assert.Equal(message.Body.Span, taken.Body.Span);
        Assert.Equal(message.Id.ToString(), taken.BasicProperties.MessageId);
        Assert.Equal("jobs", taken.BasicProperties.Type);
        Assert.Equal("c-1", taken.BasicProperties.CorrelationId);
        Assert.Equal("application/json", taken.BasicProperties.ContentType);
        Assert.True(taken.BasicProperties.Persistent);
        Assert.Equal(message.TraceParent, Encoding.UTF8.GetString((byte[])taken.BasicProperties.Headers!["traceparent"]!));
        await Waiting.ForAsync(async () => (await core.LeftAsync([message])).Count == 0);
        await hotPath.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_message_that_no_queue_takes_keeps_its_row()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        using var hotPath = core.NewHotPath(publisher);
        await hotPath.StartAsync(Cancel);
        OutboxMessage[] messages = [Message("no-such-queue"), Message(queue.Name)];
        await core.InsertAsync(messages, isNew: true);

        hotPath.Publish(messages[0]);
        hotPath.Publish(messages[1]);
        await Waiting.ForAsync(async () => (await core.LeftAsync(messages)).Count == 1);
        await hotPath.StopAsync(Cancel);

        Assert.Equal([messages[0].Id], await core.LeftAsync(messages));
    }

    [Fact]
    public async Task Stopping_deletes_the_rows_of_all_that_was_confirmed()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker);
        await using var publisher = core.NewPublisher();
        using var hotPath = core.NewHotPath(publisher);
        await hotPath.StartAsync(Cancel);
        var messages = Many(queue.Name, 200);
        await core.InsertAsync(messages, isNew: true);
        foreach (var message in messages)
        {
            hotPath.Publish(message);
        }

        await queue.TakeAsync();
        await hotPath.StopAsync(Cancel);

        // What was not published keeps its row, and what was has none.
        var left = await core.LeftAsync(messages);
        Assert.Equal(200 - left.Count, 1 + (int)await queue.CountAsync());
    }

    [Fact]
    public async Task A_full_queue_refuses_and_the_row_stays()
    {
        await using var queue = await TestQueue.DeclareAsync(core.Broker, full: true);
        await using var publisher = core.NewPublisher();

        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.PublishException>(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await publisher.PublishAsync(Message(queue.Name), Cancel);
            }
        });

        var late = Message(queue.Name);
        await core.InsertAsync([late]);
        await core.NewSweeper(publisher).SweepOnceAsync(Cancel);
        Assert.Equal([late.Id], await core.LeftAsync([late]));
        await core.Outbox.DeleteAsync([late.Id], Cancel);
    }

    internal static OutboxMessage Message(string queue, string exchange = "") =>
        new(Guid.CreateVersion7(), exchange, queue, MessageTypes.Jobs, "[]"u8.ToArray());

    internal static OutboxMessage[] Many(string queue, int count) => [.. Enumerable.Range(0, count).Select(_ => Message(queue)).OrderBy(m => m.Id)];
}

using AsyncStack.Core.Messaging;
using AsyncStack.Core.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Core.Tests.Messaging;

public sealed class TopologyTests(CoreFixture core) : IClassFixture<CoreFixture>
{
    private static readonly Dictionary<string, object?> Promised = new()
    {
        ["x-queue-type"] = "quorum",
        ["x-max-length"] = 2_000_000,
        ["x-overflow"] = "reject-publish",
        ["x-dead-letter-exchange"] = "asyncstack.dead",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Declaring_twice_is_fine()
    {
        await using var channel = await DeclareAsync();

        await Topology.DeclareAsync(channel, Cancel);
    }

    [Theory]
    [InlineData("jobs.high")]
    [InlineData("jobs.default")]
    [InlineData("jobs.low")]
    [InlineData("airflow_requests")]
    [InlineData("airflow_results")]
    [InlineData("notifier.results")]
    [InlineData("task_queue")]
    public async Task A_queue_is_replicated_bounded_refusing_and_dead_lettered(string queue)
    {
        await using var channel = await DeclareAsync();

        // The broker takes a second declaration only with the arguments of the first.
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, Promised, cancellationToken: Cancel);
    }

    [Fact]
    public async Task What_is_dead_dies_nowhere_else()
    {
        await using var channel = await DeclareAsync();

        await Assert.ThrowsAsync<OperationInterruptedException>(() =>
            channel.QueueDeclareAsync("dead-letters", durable: true, exclusive: false, autoDelete: false, Promised, cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("asyncstack.jobs", "jobs.high")]
    [InlineData("asyncstack.jobs", "jobs.default")]
    [InlineData("asyncstack.jobs", "jobs.low")]
    [InlineData("asyncstack.jobs", "notifier.results")]
    [InlineData("", "airflow_requests")]
    [InlineData("", "airflow_results")]
    [InlineData("", "task_queue")]
    public async Task A_message_for_a_queue_arrives_there_and_a_rejected_one_among_the_dead(string exchange, string queue)
    {
        await using var channel = await DeclareAsync();
        await channel.QueuePurgeAsync(queue, Cancel);
        await channel.QueuePurgeAsync("dead-letters", Cancel);

        await channel.BasicPublishAsync(exchange, queue, mandatory: true, new BasicProperties { MessageId = queue }, "[]"u8.ToArray(), Cancel);
        BasicGetResult? message = null;
        await Waiting.ForAsync(async () => (message = await channel.BasicGetAsync(queue, autoAck: false, Cancel)) is not null);
        await channel.BasicRejectAsync(message!.DeliveryTag, requeue: false, Cancel);

        await Waiting.ForAsync(async () => (message = await channel.BasicGetAsync("dead-letters", autoAck: true, Cancel)) is not null);
        Assert.Equal(queue, message!.BasicProperties.MessageId);
    }

    private async Task<IChannel> DeclareAsync()
    {
        var channel = await core.Broker.CreateChannelAsync(new CreateChannelOptions(true, true), Cancel);
        await Topology.DeclareAsync(channel, Cancel);
        return channel;
    }
}

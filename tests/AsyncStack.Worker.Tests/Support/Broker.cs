using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests.Support;

/// <summary>The broker as a test sees it.</summary>
internal sealed class Broker(IConnection connection) : IAsyncDisposable
{
    public static async Task<Broker> ConnectAsync(string address) => new(await OpenAsync(new Uri(address)));

    public static Task<IConnection> OpenAsync(Uri address) =>
        new ConnectionFactory { Uri = address, NetworkRecoveryInterval = TimeSpan.FromMilliseconds(200) }.CreateConnectionAsync();

    public async Task EmptyAsync(IEnumerable<string> queues)
    {
        await using var channel = await connection.CreateChannelAsync();
        await Topology.DeclareAsync(channel, CancellationToken.None);
        foreach (var queue in queues)
        {
            await channel.QueuePurgeAsync(queue);
        }
    }

    public Task PublishAsync(OutboxMessage message) => PublishAsync(
        message.Exchange, message.RoutingKey, message.Body, new BasicProperties { Persistent = true, Type = message.Type, MessageId = message.Id.ToString() });

    public async Task PublishAsync(string exchange, string routingKey, ReadOnlyMemory<byte> body, BasicProperties properties)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body);
    }

    /// <summary>Takes the next message from a queue, waiting for one to come.</summary>
    public async Task<BasicGetResult> TakeAsync(string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        var taken = new TaskCompletionSource<BasicGetResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.BasicQosAsync(0, 1, global: false);
        var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, d) =>
        {
            var message = new BasicGetResult(d.DeliveryTag, d.Redelivered, d.Exchange, d.RoutingKey, 0, d.BasicProperties, d.Body.ToArray());
            await channel.BasicAckAsync(d.DeliveryTag, multiple: false);
            taken.TrySetResult(message);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        return await taken.Task.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken);
    }

    /// <summary>Rejects one message for good, as a consumer does that cannot stand it; those of other tests before it go back.</summary>
    public async Task RejectAsync(string queue, string messageId)
    {
        await using var channel = await connection.CreateChannelAsync();
        BasicGetResult? message = null;
        await Waiting.ForAsync(async () =>
            (message = await channel.BasicGetAsync(queue, autoAck: false) ?? message)?.BasicProperties.MessageId == messageId);
        await channel.BasicRejectAsync(message!.DeliveryTag, requeue: false);
    }

    public async Task<uint> CountAsync(string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }

    /// <summary>How many messages are ready in a queue, and how many consumers it has.</summary>
    public async Task<(uint Ready, uint Consumers)> LookAsync(string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        var declared = await channel.QueueDeclarePassiveAsync(queue);
        return (declared.MessageCount, declared.ConsumerCount);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}

using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Worker.Consuming;

/// <summary>
/// One consumer on one channel. A settlement that comes after the channel has closed is ignored: the broker has put the
/// message back already, and what it names is fenced in the database.
/// </summary>
public sealed class Subscription(IChannel channel, string queue, Func<Delivery, ValueTask> receive) : AsyncDefaultBasicConsumer(channel)
{
    private readonly OutstandingTags _tags = new();
    private string? _consumerTag;

    /// <summary>Where the channel goes.</summary>
    public required AmqpTcpEndpoint Broker { get; init; }

    /// <summary>Called when the broker cancels the consumer, as when its queue was deleted.</summary>
    public Action? Canceled { get; init; }

    /// <summary>Begins to consume, or goes on after <see cref="PauseAsync"/>.</summary>
    public async Task ConsumeAsync(CancellationToken cancellationToken) =>
        _consumerTag ??= await Channel.BasicConsumeAsync(queue, autoAck: false, this, cancellationToken);

    /// <summary>Takes no more deliveries; those taken can still be settled.</summary>
    public async Task PauseAsync()
    {
        if (Interlocked.Exchange(ref _consumerTag, null) is { } tag)
        {
            await IgnoreClosedAsync(() => new ValueTask(Channel.BasicCancelAsync(tag)));
        }
    }

    public async Task AckAsync(IReadOnlyCollection<ulong> tags)
    {
        var (upTo, single) = _tags.Settle(tags);
        if (upTo > 0)
        {
            await IgnoreClosedAsync(() => Channel.BasicAckAsync(upTo, multiple: true));
        }

        foreach (var tag in single)
        {
            await IgnoreClosedAsync(() => Channel.BasicAckAsync(tag, multiple: false));
        }
    }

    /// <summary>Gives a delivery back to the queue, for whoever has room for it.</summary>
    public async Task ReturnAsync(ulong tag)
    {
        _tags.Settle([tag]);
        await IgnoreClosedAsync(() => Channel.BasicNackAsync(tag, multiple: false, requeue: true));
    }

    public override async Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        _tags.Add(deliveryTag);
        await receive(new Delivery(this, deliveryTag, queue, exchange, routingKey, properties, body.ToArray()));
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        Canceled?.Invoke();
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    private static async Task IgnoreClosedAsync(Func<ValueTask> settle)
    {
        try
        {
            await settle();
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }
}

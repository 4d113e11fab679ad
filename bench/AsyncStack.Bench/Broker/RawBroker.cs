using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AsyncStack.Bench.Broker;

/// <summary>
/// What RabbitMQ.Client alone can move through a quorum queue on this machine: persistent messages, each confirmed,
/// consumed with manual acks. The upper bound for anything that touches the broker once a job.
/// </summary>
internal sealed class RawBroker(string address)
{
    private const string Queue = "bench.raw";
    private const int Channels = 2;
    private const int Batch = 256;
    private const ushort Prefetch = 1024;
    private const int AckEvery = 128;

    /// <summary>Publishes and consumes at the same time and answers messages per second, first publish to last ack.</summary>
    public async Task<double> MeasureAsync(int messages, int bodyBytes, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = new Uri(address) };
        await using var publishing = await factory.CreateConnectionAsync("bench-raw-publish", cancellationToken);
        await using var consuming = await factory.CreateConnectionAsync("bench-raw-consume", cancellationToken);
        await using var consumer = await consuming.CreateChannelAsync(cancellationToken: cancellationToken);
        await consumer.QueueDeleteAsync(Queue, cancellationToken: cancellationToken);
        await consumer.QueueDeclareAsync(
            Queue, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        try
        {
            var clock = Stopwatch.StartNew();
            var consumed = await ConsumeAsync(consumer, messages, cancellationToken);
            await Task.WhenAll(Enumerable.Range(0, Channels).Select(
                _ => PublishAsync(publishing, messages / Channels, bodyBytes, cancellationToken)));
            await consumed.WaitAsync(cancellationToken);
            return messages / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            await consumer.QueueDeleteAsync(Queue, cancellationToken: CancellationToken.None);
        }
    }

    private static async Task PublishAsync(IConnection connection, int messages, int bodyBytes, CancellationToken cancellationToken)
    {
        var body = new byte[bodyBytes];
        var properties = new BasicProperties { Persistent = true };
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                outstandingPublisherConfirmationsRateLimiter: null),
            cancellationToken);
        for (var sent = 0; sent < messages; sent += Batch)
        {
            var confirms = new Task[Math.Min(Batch, messages - sent)];
            for (var i = 0; i < confirms.Length; i++)
                confirms[i] = channel.BasicPublishAsync("", Queue, mandatory: false, properties, body, cancellationToken).AsTask();
            await Task.WhenAll(confirms);
        }
    }

    private static async Task<Task> ConsumeAsync(IChannel channel, int messages, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = 0;
        await channel.BasicQosAsync(0, Prefetch, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            // Deliveries of one channel come one at a time, so the count needs no lock.
            received++;
            if (received % AckEvery == 0 || received == messages)
                await channel.BasicAckAsync(delivery.DeliveryTag, multiple: true, cancellationToken);
            if (received == messages)
                done.TrySetResult();
        };
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, cancellationToken);
        return done.Task;
    }
}

using System.Threading.Channels;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Consuming;

/// <summary>Takes a queue's messages in its order, as many together as have come, one batch after the other.</summary>
/// <param name="connection">The broker.</param>
/// <param name="queue">The queue.</param>
/// <param name="size">Messages in a batch at the most, and so the most that are held here unacknowledged.</param>
/// <param name="handle">Handles a batch until it succeeds, and acknowledges it.</param>
/// <param name="time">Tells the time.</param>
/// <param name="logger">Hears of interruptions.</param>
public sealed class QueueBatches(
    IConnection connection, string queue, ushort size, Func<List<Delivery>, CancellationToken, Task> handle, TimeProvider time, ILogger logger)
{
    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>(new() { SingleReader = true });

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await using var consumer = new QueueConsumer(
            connection, queue, size, d => _deliveries.Writer.WriteAsync(d, CancellationToken.None), time, logger);
        await consumer.StartAsync(stoppingToken);
        while (await _deliveries.Reader.WaitToReadAsync(stoppingToken))
        {
            var batch = new List<Delivery>();
            while (batch.Count < size && _deliveries.Reader.TryRead(out var delivery))
            {
                batch.Add(delivery);
            }

            await handle(batch, stoppingToken);
        }
    }
}

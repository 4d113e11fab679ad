using AsyncStack.Core.Messages;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.DeadLetters;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Messages;

/// <summary>
/// Saves the messages of <c>task_queue</c>, whatever waits at once: exactly once those that have an id, as ours do, at least once
/// those of programs outside that give none. One that nobody can read becomes a dead letter.
/// </summary>
public sealed class MessageConsumer(
    IConnection connection, MessageTable table, UnreadableMessages unreadable, TimeProvider time, ILogger<MessageConsumer> logger) : BackgroundService
{
    private const ushort BatchSize = 512;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new QueueBatches(connection, Topology.SavedMessages, BatchSize, SaveAsync, time, logger).RunAsync(stoppingToken);

    private async Task SaveAsync(List<Delivery> batch, CancellationToken cancellationToken)
    {
        using var received = WorkerTracing.StartReceive(batch);
        var messages = new List<(SavedMessage, string?)>(batch.Count);
        var readable = new List<Delivery>(batch.Count);
        foreach (var delivery in batch)
        {
            var (message, refusal) = SavedMessage.Read(delivery.Body);
            if (message is null)
            {
                await unreadable.KeepAsync(delivery, refusal!);
                continue;
            }

            messages.Add((message, MessageKey.Of(delivery.Queue, delivery.Properties, delivery.Body)));
            readable.Add(delivery);
        }

        if (messages.Count == 0)
        {
            return;
        }

        var spans = readable.ConvertAll(d => WorkerTracing.StartProcess(d));
        await Outage.OutlastAsync(
            async () => WorkerMetrics.MessagesSaved.Add(await table.InsertAsync(messages, time.GetUtcNow(), cancellationToken)),
            e => Log.SavingFailed(logger, messages.Count, e.Message), time, cancellationToken);
        spans.ForEach(span => span?.Dispose());
        await Acknowledgements.AckAsync(readable);
    }
}

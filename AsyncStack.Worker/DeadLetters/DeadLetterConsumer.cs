using System.Collections;
using System.Globalization;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Consuming;
using RabbitMQ.Client;

namespace AsyncStack.Worker.DeadLetters;

/// <summary>Moves what the broker gave up on into the table of dead letters, where it can be browsed and redriven.</summary>
public sealed class DeadLetterConsumer(
    IConnection connection, UnreadableMessages unreadable, TimeProvider time, ILogger<DeadLetterConsumer> logger) : BackgroundService
{
    private const ushort Prefetch = 32;

    /// <summary>Where the message died first, as the broker's <c>x-death</c> header tells it.</summary>
    public static DeadLetterOrigin Origin(string queue, string exchange, string routingKey, IDictionary<string, object?>? headers)
    {
        if (headers is null || !headers.TryGetValue("x-death", out var value) || value is not IList { Count: > 0 } deaths
            || deaths[^1] is not IDictionary<string, object?> death)
        {
            return new DeadLetterOrigin(queue, "The broker gave no reason.", exchange, routingKey);
        }

        var reason = Text(death, "reason") ?? "unknown";
        var count = death.TryGetValue("count", out var times) ? Convert.ToInt64(times, CultureInfo.InvariantCulture) : 1;
        var keys = death.TryGetValue("routing-keys", out var list) && list is IList { Count: > 0 } all ? MessageHeaders.Text(all[0]) : null;
        return new DeadLetterOrigin(
            Text(death, "queue") ?? queue,
            count > 1 ? $"The broker gave it up: {reason}, {count} times." : $"The broker gave it up: {reason}.",
            Text(death, "exchange") ?? exchange,
            keys ?? routingKey);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var consumer = new QueueConsumer(connection, Topology.DeadLetters, Prefetch, KeepAsync, time, logger);
        await consumer.StartAsync(stoppingToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken);
    }

    private static string? Text(IDictionary<string, object?> table, string name) =>
        table.TryGetValue(name, out var value) ? MessageHeaders.Text(value) : null;

    private async ValueTask KeepAsync(Delivery delivery)
    {
        using var received = WorkerTracing.StartReceive([delivery]);
        await unreadable.KeepAsync(delivery, Origin(delivery.Queue, delivery.Exchange, delivery.RoutingKey, delivery.Properties.Headers));
    }
}

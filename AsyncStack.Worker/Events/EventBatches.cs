using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.DeadLetters;
using Npgsql;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Events;

/// <summary>
/// Consumes the events of one queue in its order: reads them, has a batch written in one transaction and acknowledges it afterwards. What
/// cannot be read or stored becomes a dead letter; while the database is away everything waits.
/// </summary>
public sealed class EventBatches(IConnection connection, UnreadableMessages unreadable, TimeProvider time, ILogger<EventBatches> logger)
{
    private const ushort BatchSize = 256;

    /// <summary>Consumes until it is stopped.</summary>
    /// <typeparam name="T">What an event comes to.</typeparam>
    /// <param name="queue">The queue.</param>
    /// <param name="read">Makes it of an event; throws <see cref="UnreadableEventException"/> when it cannot.</param>
    /// <param name="write">Writes a batch in order and in one transaction; a second time it must change nothing.</param>
    /// <param name="stoppingToken">Stops.</param>
    public Task RunAsync<T>(
        string queue, Func<EventMessage, T> read, Func<IReadOnlyList<T>, CancellationToken, Task> write, CancellationToken stoppingToken) =>
        new QueueBatches(connection, queue, BatchSize, (batch, token) => HandleAsync(queue, batch, read, write, token), time, logger).RunAsync(stoppingToken);

    private async Task HandleAsync<T>(
        string queue, List<Delivery> batch, Func<EventMessage, T> read, Func<IReadOnlyList<T>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        using var received = WorkerTracing.StartReceive(batch);
        var started = time.GetTimestamp();
        var events = new List<(EventMessage Message, T Value)>(batch.Count);
        foreach (var delivery in batch)
        {
            try
            {
                var message = EventMessage.Read(delivery);
                events.Add((message, read(message)));
            }
            catch (UnreadableEventException exception)
            {
                await unreadable.KeepAsync(delivery, exception.Message);
            }
        }

        var spans = events.ConvertAll(e => WorkerTracing.StartProcess(e.Message));
        await Outage.OutlastAsync(
            () => WriteAsync(events, write, cancellationToken), e => Log.EventsNotWritten(logger, events.Count, queue, e.Message), time, cancellationToken);
        spans.ForEach(span => span?.Dispose());
        await Acknowledgements.AckAsync(events.Select(e => e.Message.Delivery));

        WorkerMetrics.CountEvents(queue, events.Select(e => e.Message.Type), time.GetElapsedTime(started));
    }

    private async Task WriteAsync<T>(
        List<(EventMessage Message, T Value)> events, Func<IReadOnlyList<T>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            if (events.Count > 0)
            {
                await write(events.ConvertAll(e => e.Value), cancellationToken);
            }
        }
        catch (PostgresException exception) when (IsDataError(exception))
        {
            await IsolateAsync(events, write, exception, cancellationToken);
        }
    }

    // One that the database cannot take, such as JSON with a NUL in it, must not keep the others from being written.
    private async Task IsolateAsync<T>(
        List<(EventMessage Message, T Value)> events,
        Func<IReadOnlyList<T>, CancellationToken, Task> write,
        PostgresException exception,
        CancellationToken cancellationToken)
    {
        if (events.Count == 1)
        {
            await unreadable.KeepAsync(events[0].Message.Delivery, $"The database cannot store it: {exception.MessageText}");
            events.Clear();
            return;
        }

        foreach (var one in events.ToArray())
        {
            var alone = new List<(EventMessage, T)> { one };
            await WriteAsync(alone, write, cancellationToken);
            if (alone.Count == 0)
            {
                events.Remove(one);
            }
        }
    }

    // Class 22, data exception, and 54, a limit of the server such as the depth of JSON.
    private static bool IsDataError(PostgresException exception) =>
        exception.SqlState.StartsWith("22", StringComparison.Ordinal) || exception.SqlState.StartsWith("54", StringComparison.Ordinal);
}

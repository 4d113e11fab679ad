using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Worker.DeadLetters;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Consuming;

/// <summary>
/// Consumes the queues of jobs, one channel each, and sorts what arrives: instant jobs need no slot, others wait for one.
/// </summary>
public sealed class JobConsumers : IAsyncDisposable
{
    private readonly QueueConsumer[] _consumers;
    private readonly UnreadableMessages _unreadable;

    public JobConsumers(
        IConnection connection, UnreadableMessages unreadable, IOptions<WorkerOptions> options, TimeProvider time, ILogger<JobConsumers> logger)
    {
        _unreadable = unreadable;
        _consumers = [.. JobPriority.All.Select((priority, rank) => new QueueConsumer(
            connection, Topology.JobsQueue(priority), options.Value.Prefetch, d => ReceiveAsync(d, rank), time, logger))];
    }

    /// <summary>Jobs that are run together, outside of the slots.</summary>
    public Backlog Instant { get; } = new(new Signal());

    /// <summary>Jobs that wait for a slot.</summary>
    public Backlog Waiting { get; } = new(new Signal());

    /// <summary>Whether this worker has stopped to consume so that others get its share.</summary>
    public bool Paused { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_consumers.Select(c => c.StartAsync(cancellationToken)));

    /// <summary>Consumes no more and gives back what waits for a slot.</summary>
    /// <returns>How many deliveries went back.</returns>
    public async Task<int> HandBackAsync()
    {
        Paused = true;
        await Task.WhenAll(_consumers.Select(c => c.PauseAsync()));
        var waiting = Waiting.Drain();
        await Acknowledgements.ReturnAsync(waiting);
        return waiting.Count(d => d.Message is not null);
    }

    public async Task ResumeAsync()
    {
        Paused = false;
        await Task.WhenAll(_consumers.Select(c => c.ResumeAsync()));
    }

    /// <summary>Has nothing more of a queue begun, and gives back what waits of it; what has begun goes on. Not at once with <see cref="ReleaseAsync"/>.</summary>
    public async Task HoldAsync(int rank)
    {
        await _consumers[rank].HoldAsync();
        List<JobDelivery> waiting = [.. Waiting.Close(rank), .. Instant.Close(rank)];
        await Acknowledgements.ReturnAsync(waiting);
    }

    /// <summary>Takes from the queue again.</summary>
    public Task ReleaseAsync(int rank)
    {
        Waiting.Open(rank);
        Instant.Open(rank);
        return _consumers[rank].ReleaseAsync();
    }

    /// <summary>Gives back everything that nobody has begun with.</summary>
    public async Task StopAsync()
    {
        await HandBackAsync();
        await Acknowledgements.ReturnAsync(Instant.Drain());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
        {
            await consumer.DisposeAsync();
        }
    }

    private ValueTask ReceiveAsync(Delivery delivery, int rank)
    {
        Guid[] ids;
        try
        {
            ids = JobMessages.ReadIds(delivery.Body);
        }
        catch (JsonException exception)
        {
            return new ValueTask(_unreadable.KeepAsync(delivery, $"The body is no JSON array of job ids: {exception.Message}"));
        }

        switch (delivery.Properties.Type)
        {
            case MessageTypes.InstantJobs:
                return AddAsync(Instant, new JobDelivery(delivery, ids, rank));
            case MessageTypes.Jobs:
                return AddAsync(Waiting, new JobDelivery(delivery, ids, rank));
            default:
                return new ValueTask(_unreadable.KeepAsync(
                    delivery, $"The AMQP type '{delivery.Properties.Type}' is neither '{MessageTypes.Jobs}' nor '{MessageTypes.InstantJobs}'."));
        }
    }

    // What was on its way here when the queue was held goes back.
    private static ValueTask AddAsync(Backlog backlog, JobDelivery delivery) =>
        backlog.TryAdd(delivery) ? ValueTask.CompletedTask : new ValueTask(Acknowledgements.ReturnAsync([delivery]));
}

using AsyncStack.Core.Messaging;

namespace AsyncStack.Worker.Events;

/// <summary>Keeps every public event, once.</summary>
public sealed class EventConsumer(EventBatches batches, ProcessedEvents events) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        batches.RunAsync(Topology.WorkerEvents, ProcessedEvent.Of, events.AddAsync, stoppingToken);
}

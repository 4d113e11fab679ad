using AsyncStack.Core.Outbox;

namespace AsyncStack.Core.Messaging;

/// <summary>Public events on <see cref="Topology.EventsExchange"/>: each is both routing key and AMQP <c>type</c>.</summary>
public static class EventTypes
{
    public const string ResourceCreated = "resource.created";
    public const string ResourceUpdated = "resource.updated";
    public const string ResourceDeleted = "resource.deleted";
    public const string TaskProcess = "task.process";
    public const string TaskCompleted = "task.completed";

    /// <summary>The outbox message of an event. Events of one resource leave in the order of their commits.</summary>
    public static OutboxMessage Message(Guid id, string type, string resourceId, ReadOnlyMemory<byte> body, string? traceParent) =>
        new(id, Topology.EventsExchange, type, type, body, TraceParent: traceParent, PartitionKey: resourceId);
}

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
    public const string JobCompleted = "job.completed";
    public const string JobFailed = "job.failed";
    public const string JobCanceled = "job.canceled";

    public const string RunStarted = "run.started";
    public const string RunCompleted = "run.completed";
    public const string RunFailed = "run.failed";
    public const string RunCanceled = "run.canceled";

    /// <summary>Every type there is.</summary>
    public static readonly IReadOnlySet<string> All =
        new HashSet<string>(StringComparer.Ordinal)
        {
            ResourceCreated, ResourceUpdated, ResourceDeleted, TaskProcess, TaskCompleted, JobCompleted, JobFailed, JobCanceled,
            RunStarted, RunCompleted, RunFailed, RunCanceled,
        };

    /// <summary>The outbox message of an event. Events of one resource leave in the order of their commits.</summary>
    public static OutboxMessage Message(Guid id, string type, string resourceId, ReadOnlyMemory<byte> body, string? traceParent) =>
        new(id, Topology.EventsExchange, type, type, body, TraceParent: traceParent, PartitionKey: resourceId);
}

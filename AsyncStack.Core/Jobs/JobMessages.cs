using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;

namespace AsyncStack.Core.Jobs;

/// <summary>A queued job as far as dispatching it needs.</summary>
public readonly record struct QueuedJob(Guid Id, string JobType, string Priority);

/// <summary>
/// The internal messages about jobs. The broker only dispatches, Postgres owns: a message names jobs and carries nothing of them.
/// </summary>
public static class JobMessages
{
    /// <summary>Instant jobs in one message at the most; a job of another type has a message of its own.</summary>
    public const int MaxInstantJobs = 100;

    /// <summary>The messages that tell the workers of these jobs, as few as the queues and types allow.</summary>
    public static IEnumerable<OutboxMessage> Dispatch(IEnumerable<QueuedJob> jobs, TimeProvider time) =>
        from job in jobs
        group job.Id by (Queue: Topology.JobsQueue(job.Priority), Instant: JobTypes.Find(job.JobType) is { Instant: true }) into kind
        from ids in kind.Chunk(kind.Key.Instant ? MaxInstantJobs : 1)
        select new OutboxMessage(
            Guid.CreateVersion7(time.GetUtcNow()),
            Topology.JobsExchange,
            kind.Key.Queue,
            kind.Key.Instant ? MessageTypes.InstantJobs : MessageTypes.Jobs,
            WriteIds(ids));

    /// <summary>The body of a message that names jobs: a JSON array of their ids.</summary>
    public static byte[] WriteIds(Guid[] ids) => JsonSerializer.SerializeToUtf8Bytes(ids, IdsJson.Default.GuidArray);

    /// <summary>Reads such a body.</summary>
    /// <exception cref="JsonException">The body is not a JSON array of UUIDs.</exception>
    public static Guid[] ReadIds(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, IdsJson.Default.GuidArray) ?? throw new JsonException("The body is null.");
}

[JsonSerializable(typeof(Guid[]))]
internal sealed partial class IdsJson : JsonSerializerContext;

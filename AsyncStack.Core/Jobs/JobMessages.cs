using System.Data.Common;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Tracing;

namespace AsyncStack.Core.Jobs;

/// <summary>A queued job as far as dispatching it needs.</summary>
/// <param name="Id">The job.</param>
/// <param name="JobType">Its type.</param>
/// <param name="Priority">Its priority, which says the queue.</param>
/// <param name="TraceParent">W3C trace context of the request that submitted it.</param>
public readonly record struct QueuedJob(Guid Id, string JobType, string Priority, string? TraceParent = null);

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
        group job by (Queue: Topology.JobsQueue(job.Priority), Instant: JobTypes.Find(job.JobType) is { Instant: true }) into kind
        from together in kind.Chunk(kind.Key.Instant ? MaxInstantJobs : 1)
        select new OutboxMessage(
            Guid.CreateVersion7(time.GetUtcNow()),
            Topology.JobsExchange,
            kind.Key.Queue,
            kind.Key.Instant ? MessageTypes.InstantJobs : MessageTypes.Jobs,
            WriteIds(Array.ConvertAll(together, j => j.Id)),
            TraceParent: Cause(together));

    // A message with one job belongs to that job's trace. One with several belongs to the work that made it, a group commit that is linked
    // to all of them. Whoever is not traced reads the context from the job's row and needs none here.
    private static string? Cause(QueuedJob[] jobs) =>
        !CoreTracing.Enabled ? null : jobs is [var one] ? TraceParent.Closest(one.TraceParent) : Activity.Current?.Id ?? jobs[0].TraceParent;

    /// <summary>Reads a row that begins with id, type and priority and has the trace context in the given column.</summary>
    public static QueuedJob ReadQueued(DbDataReader row, int traceParent) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(traceParent) ? null : row.GetString(traceParent));

    /// <summary>The body of a message that names jobs: a JSON array of their ids.</summary>
    public static byte[] WriteIds(Guid[] ids) => JsonSerializer.SerializeToUtf8Bytes(ids, IdsJson.Default.GuidArray);

    /// <summary>Reads such a body.</summary>
    /// <exception cref="JsonException">The body is not a JSON array of UUIDs.</exception>
    public static Guid[] ReadIds(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize(body, IdsJson.Default.GuidArray) ?? throw new JsonException("The body is null.");
}

[JsonSerializable(typeof(Guid[]))]
internal sealed partial class IdsJson : JsonSerializerContext;

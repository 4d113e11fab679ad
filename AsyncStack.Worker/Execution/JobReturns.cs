using AsyncStack.Core.Jobs;
using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Worker.Execution;

/// <summary>A running job that is to wait for another attempt.</summary>
/// <param name="Id">The job.</param>
/// <param name="Attempt">The attempt that <c>jobs</c> must still show.</param>
/// <param name="RunAt">When it is due; null for at once.</param>
/// <param name="Reason">Why, for its history.</param>
public sealed record JobReturn(Guid Id, int Attempt, DateTimeOffset? RunAt, string Reason);

/// <summary>Takes running jobs back: to the schedule, or to their queue at once. Fenced by attempt.</summary>
public sealed class JobReturns(NpgsqlDataSource database, OutboxPublisher outbox, TimeProvider time)
{
    private const string Sql = $"""
        with input as (
            select * from unnest(@ids, @attempts, @times, @reasons) as i(id, attempt, run_at, reason)
        ), returned as (
            update jobs j set
                state = case when i.run_at is null then 'queued' else 'scheduled' end,
                run_at = i.run_at, queued_at = case when i.run_at is null then now() end,
                worker_id = null, deadline_at = null, progress = 0
            from input i
            where j.id = i.id and j.attempt = i.attempt and j.state = 'running'
            returning j.id, j.job_type, j.priority, j.attempt, j.run_at, j.traceparent, i.reason
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at)
            select id, 'retrying', attempt, reason, @now from returned
        )
        select id, job_type, priority, run_at is null, traceparent, pg_notify('{JobSignals.Changed}', id::text) from returned
        """;

    /// <summary>Takes the jobs back and tells the workers of those that may run at once.</summary>
    /// <returns>The ids that were taken back; the others had been ended or taken by somebody else.</returns>
    public async Task<IReadOnlySet<Guid>> ReturnAsync(IReadOnlyList<JobReturn> jobs, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (returned, queued) = await ReturnAsync(connection, jobs, cancellationToken);
        var messages = JobMessages.Dispatch(queued, time).ToList();
        if (messages.Count > 0)
        {
            await OutboxTable.InsertAsync(connection, transaction, messages, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        messages.ForEach(outbox.Publish);
        return returned;
    }

    private async Task<(HashSet<Guid> Returned, List<QueuedJob> Queued)> ReturnAsync(
        NpgsqlConnection connection, IReadOnlyList<JobReturn> jobs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. jobs.Select(j => j.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("attempts", [.. jobs.Select(j => j.Attempt)]));
        command.Parameters.Add(new NpgsqlParameter("times", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = jobs.Select(j => j.RunAt).ToArray() });
        command.Parameters.Add(new NpgsqlParameter<string[]>("reasons", [.. jobs.Select(j => j.Reason)]));
        command.Parameters.AddWithValue("now", time.GetUtcNow());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var returned = new HashSet<Guid>();
        var queued = new List<QueuedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            returned.Add(rows.GetGuid(0));
            if (rows.GetBoolean(3))
            {
                queued.Add(JobMessages.ReadQueued(rows, traceParent: 4));
            }
        }

        WorkerMetrics.CountDatabase("return");
        return (returned, queued);
    }
}

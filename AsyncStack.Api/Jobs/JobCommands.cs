using System.Diagnostics;
using AsyncStack.Api.Audit;
using AsyncStack.Core.Caching;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Core.Workflows.Running;
using Npgsql;

namespace AsyncStack.Api.Jobs;

/// <summary>A command for some jobs, given by somebody.</summary>
/// <param name="Ids">The jobs.</param>
/// <param name="Actor">Who gives it.</param>
/// <param name="Details">More for the audit, as a JSON object.</param>
/// <param name="SkipHeld">
/// Whether rows that others hold at the moment are left out, and so are not among the answers: to wait for one with others locked could
/// end in a deadlock.
/// </param>
internal sealed record JobBatch(Guid[] Ids, string Actor, string? Details = null, bool SkipHeld = false);

/// <summary>What a command found, and whether it did something.</summary>
internal readonly record struct JobChange(Guid Id, string State, bool Done);

/// <summary>Cancels jobs and runs ended ones again; the states, their history, the messages and the audit commit together.</summary>
internal sealed class JobCommands(NpgsqlDataSource database, OutboxPublisher outbox, RunTransactions runs, TaskCache tasks, TimeProvider time)
{
    private const string CancelSql = $"""
        with target as (
            select id, state, callback_url is not null as wanted from jobs where id = any(@ids) for update /*skip*/
        ), canceled as (
            update jobs j set state = 'canceled', finished_at = @now, worker_id = null, run_at = null, deadline_at = null
            from target t where j.id = t.id and t.state in ('scheduled', 'queued', 'running')
            returning j.id, j.attempt
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'canceled', attempt, @now from canceled
        )
        select t.id, t.state, c.id is not null, t.wanted,
               case when t.state = 'running' then pg_notify('{JobSignals.Canceled}', t.id::text) end,
               case when c.id is not null then pg_notify('{JobSignals.Changed}', t.id::text) end
        from target t left join canceled c using (id)
        """;

    private const string RetrySql = $"""
        with target as (
            select id, state, job_type, priority, traceparent from jobs where id = any(@ids) for update /*skip*/
        ), requeued as (
            update jobs j set state = 'queued', queued_at = @now, finished_at = null, started_at = null, progress = 0,
                result = null, result_uri = null, error_message = null, max_attempts = greatest(j.max_attempts, j.attempt + 1)
            from target t where j.id = t.id and t.state in ('failed', 'canceled') and j.root_run_id is null
            returning j.id, j.attempt
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at)
            select id, 'retrying', attempt, 'asked for by a caller', @now from requeued
        )
        select t.id, t.state, r.id is not null, t.job_type, t.priority, t.traceparent,
               case when r.id is not null then pg_notify('{JobSignals.Changed}', t.id::text) end
        from target t left join requeued r using (id)
        """;

    private const string RootsSql = "select id, root_run_id from jobs where id = any(@ids) and root_run_id is not null";

    private const string EndedSql = $"select {EndedStepJob.Columns} from jobs where id = any(@ids) and root_run_id is not null";

    /// <summary>Cancels a job that has not ended; a running one is stopped by its worker at once.</summary>
    /// <returns>The state it was in and whether it is canceled now; null when there is no such job.</returns>
    public async Task<JobChange?> CancelAsync(Guid id, string actor, CancellationToken cancellationToken) =>
        Single(await CancelAsync(new JobBatch([id], actor), cancellationToken));

    /// <summary>Queues a failed or canceled job again, with one attempt more if it had none left.</summary>
    /// <returns>The state it was in and whether it is queued now; null when there is no such job.</returns>
    public async Task<JobChange?> RetryAsync(Guid id, string actor, CancellationToken cancellationToken) =>
        Single(await RetryAsync(new JobBatch([id], actor), cancellationToken));

    /// <summary>Cancels those that have not ended, in one transaction.</summary>
    public async Task<List<JobChange>> CancelAsync(JobBatch batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (now, changes, told) = (time.GetUtcNow(), new List<JobChange>(), new List<Guid>());
        var trees = runs.On(connection, cancellationToken);
        batch = await LockRunsAsync(connection, trees, batch, cancellationToken);
        await using (var command = Command(CancelSql, transaction, batch, now))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                var change = Read(rows);
                changes.Add(change);
                told.AddRange(change.Done && rows.GetBoolean(3) ? [change.Id] : []);
            }
        }

        OutboxMessage[] messages = told.Count == 0 ? [] :
        [
            new(Guid.CreateVersion7(now), Topology.JobsExchange, Topology.NotifierResults, MessageTypes.FinishedJobs, JobMessages.WriteIds([.. told]), TraceParent: Activity.Current?.Id),
        ];
        var ofRuns = await EndedOfRunsAsync(connection, changes, cancellationToken);
        await trees.EndedAsync(ofRuns);
        var following = await trees.WriteAsync();
        await CommitAsync(transaction, AuditActions.CancelJob, batch, now, changes, messages, cancellationToken);
        runs.Publish(following);
        return changes;
    }

    /// <summary>Queues those that failed or were canceled again, in one transaction.</summary>
    public async Task<List<JobChange>> RetryAsync(JobBatch batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (now, changes, queued) = (time.GetUtcNow(), new List<JobChange>(), new List<QueuedJob>());
        await using (var command = Command(RetrySql, transaction, batch, now))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                var change = Read(rows);
                changes.Add(change);
                queued.AddRange(change.Done ? [new QueuedJob(change.Id, rows.GetString(3), rows.GetString(4), rows.IsDBNull(5) ? null : rows.GetString(5))] : []);
            }
        }

        await CommitAsync(
            transaction, AuditActions.RetryJob, batch, now, changes, [.. JobMessages.Dispatch(queued, time)], cancellationToken);
        return changes;
    }

    // A run's lock comes before those of its jobs, everywhere.
    private static async Task<JobBatch> LockRunsAsync(
        NpgsqlConnection connection, RunTransaction trees, JobBatch batch, CancellationToken cancellationToken)
    {
        var roots = new Dictionary<Guid, Guid>();
        await using (var command = new NpgsqlCommand(RootsSql, connection))
        {
            command.Parameters.AddWithValue("ids", batch.Ids);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                roots[rows.GetGuid(0)] = rows.GetGuid(1);
            }
        }

        if (roots.Count == 0)
        {
            return batch;
        }

        var locked = await trees.LockAsync(roots.Values.Distinct(), batch.SkipHeld);
        return batch with { Ids = [.. batch.Ids.Where(id => !roots.TryGetValue(id, out var root) || locked.Contains(root))] };
    }

    private static async Task<List<EndedStepJob>> EndedOfRunsAsync(NpgsqlConnection connection, List<JobChange> changes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EndedSql, connection);
        command.Parameters.AddWithValue("ids", changes.Where(c => c.Done).Select(c => c.Id).ToArray());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ended = new List<EndedStepJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            ended.Add(EndedStepJob.Read(rows, 0));
        }

        return ended;
    }

    private async Task CommitAsync(
        NpgsqlTransaction transaction,
        string action,
        JobBatch batch,
        DateTimeOffset now,
        List<JobChange> changes,
        OutboxMessage[] messages,
        CancellationToken cancellationToken)
    {
        var done = changes.Where(c => c.Done).Select(c => c.Id).ToArray();
        if (messages.Length > 0)
        {
            await OutboxTable.InsertAsync(transaction.Connection!, transaction, messages, cancellationToken);
        }

        await AuditLog.AddAsync(
            transaction, batch.Actor, now, [.. done.Select(id => new AuditEntry(action, id.ToString(), batch.Details))], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await tasks.InvalidateAsync(done);
        foreach (var message in messages)
        {
            outbox.Publish(message);
        }
    }

    private static NpgsqlCommand Command(string sql, NpgsqlTransaction transaction, JobBatch batch, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(sql.Replace("/*skip*/", batch.SkipHeld ? "skip locked" : "", StringComparison.Ordinal), transaction.Connection, transaction);
        command.Parameters.AddWithValue("ids", batch.Ids);
        command.Parameters.AddWithValue("now", now);
        return command;
    }

    private static JobChange Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetBoolean(2));

    private static JobChange? Single(List<JobChange> changes) => changes is [var one] ? one : null;
}

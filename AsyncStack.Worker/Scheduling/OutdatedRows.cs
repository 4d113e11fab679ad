using AsyncStack.Core.Caching;
using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Worker.Scheduling;

/// <summary>Deletes what nobody will ask for any more, in batches small enough to disturb nobody.</summary>
public sealed class OutdatedRows(NpgsqlDataSource database, TaskCache tasks)
{
    private const int BatchSize = 1000;

    private const string KeysSql = """
        delete from idempotency_keys where ctid in (
            select ctid from idempotency_keys where expires_at < clock_timestamp() limit @limit for update skip locked)
        """;

    // A job's id begins with the time of its creation, so the key's order finds the old ones without an index on times.
    private const string JobsSql = """
        with old as (
            select id from jobs
            where id < @before and state in ('completed', 'failed', 'canceled') and finished_at < clock_timestamp() - @retention
              and (root_run_id is null or not exists (
                  select from workflow_runs r
                  where r.id = root_run_id and (r.finished_at is null or r.finished_at >= clock_timestamp() - @retention)))
            order by id limit @limit for update skip locked
        ), events as (
            delete from job_events where job_id in (select id from old)
        ), logs as (
            delete from step_logs where job_id in (select id from old)
        ), deliveries as (
            delete from webhook_deliveries where job_id in (select id from old) returning id
        ), attempts as (
            delete from webhook_attempts where delivery_id in (select id from deliveries)
        )
        delete from jobs where id in (select id from old) returning id
        """;

    // Jobs go first: a run that has none left is not looked at any more. A child goes with its outermost run.
    private const string RunsSql = """
        with old as (
            select id from workflow_runs r
            where id < @before and finished_at is not null and not exists (select from jobs j where j.id = r.id)
            order by id limit @limit for update skip locked
        ), steps as (
            delete from workflow_steps where run_id in (select id from old)
        ), signals as (
            delete from workflow_signals where run_id in (select id from old)
        )
        delete from workflow_runs where id in (select id from old)
        """;

    // Both tables grow at the end, so the first rows of the key are the oldest, and no index on times is needed.
    private const string MessagesSql = """
        with oldest as (select id, timestamp from messages order by id limit @limit)
        delete from messages m using oldest o where m.id = o.id and o.timestamp < @before
        """;

    private const string HealthSql = """
        with oldest as (select id, time from health order by id limit @limit)
        delete from health h using oldest o where h.id = o.id and o.time < @before
        """;

    private const string EventsSql = """
        with events as (
            delete from processed_events where ctid in (
                select ctid from processed_events where processed_at < clock_timestamp() - @retention limit @limit for update skip locked)
            returning 1
        ), marks as (
            delete from handled_messages where ctid in (
                select ctid from handled_messages where handled_at < clock_timestamp() - @retention limit @limit for update skip locked)
            returning 1
        )
        select greatest((select count(*) from events), (select count(*) from marks))::int
        """;

    // Its ids begin with the time, as those of jobs do.
    private const string AuditSql = """
        with oldest as (select id, at from audit order by id limit @limit)
        delete from audit a using oldest o where a.id = o.id and o.at < @before
        """;

    /// <summary>One batch of idempotency keys that have expired; returns how many.</summary>
    public async Task<int> DeleteKeysAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(KeysSql);
        command.Parameters.AddWithValue("limit", BatchSize);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One batch of jobs that ended before <paramref name="now"/> minus <paramref name="retention"/>, with all that hangs on them; returns how many jobs.</summary>
    public async Task<int> DeleteJobsAsync(DateTimeOffset now, TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(JobsSql);
        command.Parameters.AddWithValue("before", Guid.CreateVersion7(now - retention));
        command.Parameters.AddWithValue("retention", retention);
        command.Parameters.AddWithValue("limit", BatchSize);
        var deleted = await command.ReadIdsAsync(cancellationToken);
        await tasks.InvalidateAsync([.. deleted]);
        return deleted.Count;
    }

    /// <summary>One batch of runs whose jobs are deleted; returns how many.</summary>
    public async Task<int> DeleteRunsAsync(DateTimeOffset now, TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RunsSql);
        command.Parameters.AddWithValue("before", Guid.CreateVersion7(now - retention));
        command.Parameters.AddWithValue("limit", BatchSize);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>One batch of events, and of marks of handled messages, that are older than <paramref name="retention"/>; returns how many of the more numerous.</summary>
    public async Task<int> DeleteEventsAsync(TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(EventsSql);
        command.Parameters.AddWithValue("retention", retention);
        command.Parameters.AddWithValue("limit", BatchSize);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>One batch of messages that were saved before this time; returns how many.</summary>
    public Task<int> DeleteMessagesAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(MessagesSql, before, cancellationToken);

    /// <summary>One batch of the health log from before this time; returns how many rows.</summary>
    public Task<int> DeleteHealthAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(HealthSql, before, cancellationToken);

    /// <summary>One batch of the audit from before this time; returns how many rows.</summary>
    public Task<int> DeleteAuditAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        DeleteAsync(AuditSql, before, cancellationToken);

    /// <summary>Whether a batch came back full, so that more may wait.</summary>
    public static bool MoreMayWait(int deleted) => deleted == BatchSize;

    private async Task<int> DeleteAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", BatchSize);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

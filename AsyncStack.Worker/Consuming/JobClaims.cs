using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;
using Npgsql;

namespace AsyncStack.Worker.Consuming;

/// <summary>Makes queued jobs this worker's: state, attempt, worker and history in one statement.</summary>
public sealed class JobClaims(NpgsqlDataSource database, WorkerIdentity worker)
{
    private const string Columns = "id, correlation_id, job_type, payload, attempt, max_attempts, timeout_seconds, traceparent, root_run_id, run_id, retry_delay_seconds";

    // The state is the fence: of two workers that hold a message for the same job, the second finds it running.
    private const string ClaimSql = $"""
        with claimed as (
            update jobs set
                state = 'running', attempt = attempt + 1, worker_id = @worker, started_at = clock_timestamp(), run_at = null,
                progress = 0, deadline_at = clock_timestamp() + timeout_seconds * interval '1 second'
            where id = any(@ids) and state = 'queued'
            returning {Columns}, started_at
        ), history as (
            insert into job_events (job_id, event, attempt, at) select id, 'started', attempt, started_at from claimed
        )
        select {Columns}, pg_notify('{JobSignals.Changed}', id::text) from claimed
        """;

    private const string OwnSql = $"select {Columns} from jobs where id = any(@ids) and state = 'running' and worker_id = @worker";

    /// <summary>Claims those that are still queued; the others were canceled, ended or claimed elsewhere.</summary>
    public Task<List<ClaimedJob>> ClaimAsync(Guid[] ids, CancellationToken cancellationToken) => RunAsync(ClaimSql, ids, cancellationToken);

    /// <summary>Those that are this worker's, also by a claim whose answer was lost with the connection.</summary>
    public Task<List<ClaimedJob>> FindOwnAsync(Guid[] ids, CancellationToken cancellationToken) => RunAsync(OwnSql, ids, cancellationToken);

    private async Task<List<ClaimedJob>> RunAsync(string sql, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", ids));
        command.Parameters.Add(new NpgsqlParameter<Guid>("worker", worker.Id));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<ClaimedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(new ClaimedJob(
                rows.GetGuid(0),
                rows.GetString(1),
                rows.GetString(2),
                rows.GetString(3),
                rows.GetInt32(4),
                rows.GetInt32(5),
                rows.GetInt32(6),
                await rows.IsDBNullAsync(7, cancellationToken) ? null : rows.GetString(7))
            {
                RootRunId = await rows.IsDBNullAsync(8, cancellationToken) ? null : rows.GetGuid(8),
                RunId = await rows.IsDBNullAsync(9, cancellationToken) ? null : rows.GetGuid(9),
                RetryDelay = await rows.IsDBNullAsync(10, cancellationToken) ? null : TimeSpan.FromSeconds(rows.GetInt32(10)),
            });
        }

        WorkerMetrics.CountDatabase("claim");
        return jobs;
    }
}

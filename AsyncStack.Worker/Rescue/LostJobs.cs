using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Worker.Rescue;

/// <summary>A running job that nobody answers for any more.</summary>
public readonly record struct LostJob(Guid Id, int Attempt, int MaxAttempts, int TimeoutSeconds, bool External, Guid? RootRunId);

/// <summary>
/// Takes jobs whose worker has no living lease, and jobs handed outside whose time is up. Several workers may look at
/// once: each write is fenced by state and attempt, so that one of them takes the job.
/// </summary>
public sealed class LostJobs(
    NpgsqlDataSource database, JobReturns returns, JobFinisher finisher, JobTotals totals, IOptions<WorkerOptions> options, TimeProvider time)
{
    private const int BatchSize = 200;

    private const string FindSql = """
        select j.id, j.attempt, j.max_attempts, j.timeout_seconds, j.worker_id is null, j.root_run_id from jobs j
        where j.state = 'running' and j.worker_id is not null
          and not exists (select from workers w where w.id = j.worker_id and w.lease_until > clock_timestamp())
        union all
        select j.id, j.attempt, j.max_attempts, j.timeout_seconds, true, j.root_run_id from jobs j
        where j.state = 'running' and j.worker_id is null and j.deadline_at < clock_timestamp()
        limit @limit
        """;

    private const string ForgetSql = """
        delete from workers w where w.lease_until < clock_timestamp() - interval '1 minute'
          and not exists (select from jobs j where j.worker_id = w.id and j.state = 'running')
        """;

    /// <summary>One pass.</summary>
    /// <returns>How many jobs were taken.</returns>
    public async Task<int> RescueAsync(CancellationToken cancellationToken)
    {
        var lost = await FindAsync(cancellationToken);
        var again = lost.Where(j => j.Attempt < j.MaxAttempts).Select(Return).ToList();
        var over = lost.Where(j => j.Attempt >= j.MaxAttempts).Select(j => new JobFinish(j.Id, j.Attempt, JobState.Failed, Error: Reason(j), RootRunId: j.RootRunId)).ToList();
        var taken = 0;
        if (again.Count > 0)
        {
            var returned = (await returns.ReturnAsync(again, cancellationToken)).Count;
            totals.CountReturned(returned);
            taken += returned;
        }

        if (over.Count > 0)
        {
            var ended = await finisher.FinishAsync(over, cancellationToken);
            totals.CountEnded(over, ended);
            taken += ended.Count;
        }

        return taken;
    }

    /// <summary>Removes the rows of workers that are dead and have no job left.</summary>
    public async Task ForgetDeadWorkersAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ForgetSql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<LostJob>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.AddWithValue("limit", BatchSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lost = new List<LostJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            lost.Add(new LostJob(rows.GetGuid(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetBoolean(4), await rows.IsDBNullAsync(5, cancellationToken) ? null : rows.GetGuid(5)));
        }

        WorkerMetrics.CountDatabase("rescue");
        return lost;
    }

    // A program outside that did not answer is given time; a dead worker's job was no fault of the job.
    private JobReturn Return(LostJob job) => new(
        job.Id, job.Attempt, job.External ? time.GetUtcNow() + Backoff(job.Attempt) : null, Reason(job));

    private TimeSpan Backoff(int attempt) =>
        RetryDelay.After(attempt, options.Value.RetryBaseDelay, options.Value.RetryMaxDelay, Random.Shared.NextDouble());

    private static string Reason(LostJob job) => job.External ? $"timed out after {job.TimeoutSeconds}s" : "worker lost";
}

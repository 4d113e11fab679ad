using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Worker.Airflow;

/// <summary>
/// Asks Airflow after DAG runs of waiting jobs, since no message tells of one that failed: the job is tried again, or fails. Of several workers the one
/// that has lived longest asks.
/// </summary>
internal sealed class AirflowWatch(
    NpgsqlDataSource database,
    AirflowClient airflow,
    WorkerIdentity worker,
    JobReturns returns,
    JobFinisher finisher,
    JobTotals totals,
    IOptions<AirflowOptions> options,
    IOptions<WorkerOptions> worked,
    TimeProvider time,
    ILogger<AirflowWatch> logger) : BackgroundService
{
    private const string WaitingSql = """
        select id, attempt, max_attempts, payload ->> 'dag_id', root_run_id, retry_delay_seconds from jobs
        where job_type = 'airflow' and state = 'running' and worker_id is null and id > @after
          and @worker = (select id from workers where lease_until > clock_timestamp() order by id limit 1)
        order by id limit @limit
        """;

    private const int PageSize = 200;

    /// <summary>One pass.</summary>
    /// <returns>How many jobs were found whose DAG run has failed.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var (failed, after) = (0, Guid.Empty);
        while (await WaitingAsync(after, cancellationToken) is { Count: > 0 } jobs)
        {
            foreach (var job in jobs)
            {
                if (await airflow.StateAsync(job.Dag, AirflowHandler.RunOf(job.Id), cancellationToken) == "failed")
                {
                    failed++;
                    await FailAsync(job, $"The DAG run '{AirflowHandler.RunOf(job.Id)}' of '{job.Dag}' has failed.", cancellationToken);
                }
            }

            after = jobs[^1].Id;
        }

        return failed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!airflow.IsConfigured)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.AirflowNotAsked(logger, exception.Message);
            }
        }
    }

    private async Task<List<WaitingJob>> WaitingAsync(Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WaitingSql);
        command.Parameters.AddWithValue("worker", worker.Id);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("limit", PageSize);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<WaitingJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(new WaitingJob(
                rows.GetGuid(0), rows.GetInt32(1), rows.GetInt32(2), rows.GetString(3), await rows.IsDBNullAsync(4, cancellationToken) ? null : rows.GetGuid(4),
                await rows.IsDBNullAsync(5, cancellationToken) ? null : TimeSpan.FromSeconds(rows.GetInt32(5))));
        }

        return jobs;
    }

    private async Task FailAsync(WaitingJob job, string error, CancellationToken cancellationToken)
    {
        if (job.Attempt < job.MaxAttempts)
        {
            var delay = job.RetryDelay ?? RetryDelay.After(job.Attempt, worked.Value.RetryBaseDelay, worked.Value.RetryMaxDelay, Random.Shared.NextDouble());
            totals.CountReturned((await returns.ReturnAsync([new JobReturn(job.Id, job.Attempt, time.GetUtcNow() + delay, error)], cancellationToken)).Count);
            return;
        }

        JobFinish[] finishes = [new(job.Id, job.Attempt, JobState.Failed, Error: error, RootRunId: job.RootRunId)];
        totals.CountEnded(finishes, await finisher.FinishAsync(finishes, cancellationToken));
    }

    private sealed record WaitingJob(Guid Id, int Attempt, int MaxAttempts, string Dag, Guid? RootRunId, TimeSpan? RetryDelay);
}

using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Ends jobs of workflows: the end, the history and all that follows of it for their runs commit together, so that each end counts once.</summary>
public sealed class StepFinisher(RunTransactions transactions, WorkflowPlans plans, TimeProvider time)
{
    private const string Sql = $"""
        with input as (
            select * from unnest(@ids, @attempts, @states, @results, @uris, @errors, @starts)
                as i(id, attempt, state, result, uri, error, instant_start)
        ), done as (
            update jobs j set
                state = i.state,
                attempt = case when i.instant_start is null then j.attempt else j.attempt + 1 end,
                result = i.result::json, result_uri = i.uri, error_message = i.error,
                progress = case when i.state = 'completed' then 1 else j.progress end,
                started_at = coalesce(i.instant_start, j.started_at),
                finished_at = @now, worker_id = null, run_at = null, deadline_at = null
            from input i
            where j.id = i.id and j.attempt = i.attempt
              and j.state = case when i.instant_start is null then 'running' else 'queued' end
            returning j.*, i.instant_start
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at, started_at)
            select id, case state when 'completed' then 'finished' else state end, attempt, error_message, @now, instant_start from done
        )
        select {EndedStepJob.Columns}, callback_url is not null, case when instant_start is null then pg_notify('{JobSignals.Changed}', id::text) end from done
        """;

    /// <summary>Ends the jobs, all of workflows.</summary>
    /// <returns>The ids that were ended; the others had been canceled, rescued or ended by somebody else.</returns>
    /// <exception cref="Exception">A run cannot go on, as when its definition is gone; the ends of others are written all the same.</exception>
    public async Task<IReadOnlySet<Guid>> FinishAsync(IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken)
    {
        var trees = jobs.Select(j => j.RootRunId).Distinct().Count();
        try
        {
            return await FinishTogetherAsync(jobs, cancellationToken);
        }
        catch (Exception exception) when (trees > 1 && exception is not (NpgsqlException { IsTransient: true } or OperationCanceledException))
        {
            return await FinishApartAsync(jobs, cancellationToken);
        }
    }

    private async Task<IReadOnlySet<Guid>> FinishApartAsync(IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken)
    {
        var (ended, wrong) = (new HashSet<Guid>(), new List<Exception>());
        foreach (var tree in jobs.GroupBy(j => j.RootRunId))
        {
            try
            {
                ended.UnionWith(await FinishTogetherAsync([.. tree], cancellationToken));
            }
            catch (Exception exception) when (exception is not (NpgsqlException { IsTransient: true } or OperationCanceledException))
            {
                wrong.Add(exception);
            }
        }

        return wrong.Count == 0 ? ended : throw wrong[0];
    }

    private Task<IReadOnlySet<Guid>> FinishTogetherAsync(IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken) =>
        transactions.RunAsync<IReadOnlySet<Guid>>(
            async (connection, runs) =>
            {
                var (ended, read) = await EndAsync(connection, jobs, cancellationToken);
                runs.Know(await read.ToRecordsAsync(connection, plans, cancellationToken));
                await runs.EndedAsync(ended.Select(e => e.Job));
                foreach (var (job, _) in ended.Where(e => e.Wanted))
                {
                    runs.Tell(job.Id);
                }

                return ended.Select(e => e.Job.Id).ToHashSet();
            },
            cancellationToken);

    private async Task<(List<(EndedStepJob Job, bool Wanted)> Ended, RunRows.Rows Runs)> EndAsync(
        NpgsqlConnection connection, IReadOnlyList<JobFinish> jobs, CancellationToken cancellationToken)
    {
        // One round trip: each statement sees what was committed before its lock was given.
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RunRows.Lock(jobs.Select(j => j.RootRunId!.Value).Distinct()), Command(jobs) } };
        RunRows.AddReadsOfJobs(batch, [.. jobs.Select(j => j.Id)]);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var ended = new List<(EndedStepJob, bool)>(jobs.Count);
        while (await rows.ReadAsync(cancellationToken))
        {
            ended.Add((EndedStepJob.Read(rows, 0), rows.GetBoolean(8)));
        }

        await rows.NextResultAsync(cancellationToken);
        return (ended, await RunRows.ReadAsync(rows, cancellationToken));
    }

    private NpgsqlBatchCommand Command(IReadOnlyList<JobFinish> jobs)
    {
        var command = new NpgsqlBatchCommand(Sql);
        var p = command.Parameters;
        p.Array(NpgsqlDbType.Uuid, "ids", jobs.Select(j => j.Id));
        p.Array(NpgsqlDbType.Integer, "attempts", jobs.Select(j => j.Attempt));
        p.Array(NpgsqlDbType.Text, "states", jobs.Select(j => j.State));
        p.Array(NpgsqlDbType.Text, "results", jobs.Select(j => j.ResultJson));
        p.Array(NpgsqlDbType.Text, "uris", jobs.Select(j => j.ResultUri));
        p.Array(NpgsqlDbType.Text, "errors", jobs.Select(j => j.Error));
        p.Array(NpgsqlDbType.TimestampTz, "starts", jobs.Select(j => j.InstantStart));
        p.Add(new NpgsqlParameter<DateTimeOffset>("now", time.GetUtcNow()));
        return command;
    }
}

using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Reads the jobs of a step with their attempts.</summary>
internal sealed class StepJobs(NpgsqlDataSource database)
{
    private const int MaxJobs = 1000;

    /// <summary>The columns that <see cref="Read"/> takes, in its order, of <c>jobs j</c>.</summary>
    public const string Columns = """
        j.step, j.id, j.step_index, j.step_round, j.state, j.attempt, j.max_attempts, j.progress, j.result is not null or j.result_uri is not null,
        j.result_uri, j.error_message, j.run_at, j.started_at, j.finished_at, case when j.job_type = 'wait' then j.payload ->> 'signal' end
        """;

    private const string JobsSql = $"""
        select {Columns} from jobs j where run_id = @run and step = @step and step_index >= @first order by step_round desc, step_index limit @limit
        """;

    private const string AttemptsSql = """
        select job_id, attempt, min(at) filter (where event = 'started'), max(at) filter (where event <> 'started'),
            (array_agg(event order by place desc))[1], (array_agg(detail order by place desc))[1]
        from job_history where job_id = any(@jobs) and attempt > 0 and event in ('started', 'finished', 'failed', 'canceled', 'retrying')
        group by job_id, attempt order by job_id, attempt
        """;

    /// <summary>Jobs of a step in all its rounds, the newest round first, by their place; at most a thousand from <paramref name="first"/> on.</summary>
    public async Task<List<StepJobView>> ReadAsync(Guid run, string step, int first, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var jobs = new List<StepJobView>();
        await using (var command = new NpgsqlCommand(JobsSql, connection))
        {
            command.Parameters.AddWithValue("run", run);
            command.Parameters.AddWithValue("step", step);
            command.Parameters.AddWithValue("first", first);
            command.Parameters.AddWithValue("limit", MaxJobs);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                jobs.Add(Read(rows));
            }
        }

        var attempts = await ReadAttemptsAsync(connection, [.. jobs.Select(j => j.Id)], cancellationToken);
        return jobs.ConvertAll(j => j with { Attempts = [.. attempts[j.Id]] });
    }

    public static StepJobView Read(NpgsqlDataReader row) => new(
        row.GetGuid(1), row.GetInt32(2), row.GetInt32(3), JobState.ToPublic(row.GetString(4)), row.GetInt32(5), row.GetInt32(6),
        Math.Round(row.GetFloat(7), 4), row.GetBoolean(8), row.TextAt(9), row.TextAt(10), row.TextAt(14), row.TimeAt(11), row.TimeAt(12), row.TimeAt(13));

    private static async Task<ILookup<Guid, StepAttemptView>> ReadAttemptsAsync(NpgsqlConnection connection, Guid[] jobs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AttemptsSql, connection);
        command.Parameters.AddWithValue("jobs", jobs);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var attempts = new List<(Guid Job, StepAttemptView Attempt)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var state = StateAfter(rows.GetString(4));
            attempts.Add((rows.GetGuid(0), new StepAttemptView(
                rows.GetInt32(1), state, rows.TimeAt(2), state == JobState.Running ? null : rows.TimeAt(3), rows.TextAt(5))));
        }

        return attempts.ToLookup(a => a.Job, a => a.Attempt);
    }

    private static string StateAfter(string lastEvent) => lastEvent switch
    {
        "started" => JobState.Running,
        "finished" => JobState.Completed,
        "canceled" => JobState.Canceled,
        _ => JobState.Failed,
    };
}

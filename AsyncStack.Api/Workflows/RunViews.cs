using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Running;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>What a list of runs is held to.</summary>
internal sealed record RunFilter(string? Workflow, string? State, Guid? BackfillId, string? Schedule);

/// <summary>Reads runs as callers see them.</summary>
internal sealed class RunViews(NpgsqlDataSource database, WorkflowPlans plans)
{
    private const int JobsShown = 100;

    private const string SummaryColumns = """
        r.id, r.workflow, r.version, r.state, j.correlation_id, r.parent_id, r.schedule, r.scheduled_at, r.backfill_id, j.error_message,
        r.created_at, r.started_at, r.finished_at
        """;

    private const string RunSql = $"""
        select {SummaryColumns}, r.input::text, j.result::text, j.callback_url from workflow_runs r join jobs j on j.id = r.id where r.id = @id
        """;

    private const string StepsSql = """
        select place, state, round, total, next, completed, failed, canceled, error_message, started_at, finished_at
        from workflow_steps where run_id = @id order by place
        """;

    private const string JobColumns = """
        j.step, j.id, j.step_index, j.step_round, j.state, j.attempt, j.max_attempts, j.progress, j.result is not null or j.result_uri is not null,
        j.result_uri, j.error_message, j.run_at, j.started_at, j.finished_at
        """;

    private const string JobsSql = $"""
        select {JobColumns} from workflow_steps s join jobs j on j.run_id = s.run_id and j.step = s.step and j.step_round = s.round
        where s.run_id = @id and j.step_index < @shown order by j.step, j.step_index
        """;

    /// <summary>The run with its graph; null when there is none.</summary>
    public async Task<RunView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(RunSql), new(StepsSql), new(JobsSql) } };
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            command.Parameters.AddWithValue("id", id);
        }

        batch.BatchCommands[2].Parameters.AddWithValue("shown", JobsShown);
        RunView run;
        List<StepRow> steps = [];
        ILookup<string, StepJobView> jobs;
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await rows.ReadAsync(cancellationToken))
            {
                return null;
            }

            run = ReadRun(rows);
            await rows.NextResultAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                steps.Add(ReadStep(rows));
            }

            await rows.NextResultAsync(cancellationToken);
            jobs = (await ReadJobsAsync(rows, cancellationToken)).ToLookup(j => j.Step, j => j.Job);
        }

        var plan = await plans.FindAsync(connection, run.Workflow, run.Version, cancellationToken);
        return run with { Steps = [.. steps.Select(s => s.ToView(plan.Steps[s.Place], [.. jobs[plan.Steps[s.Place].Id]]))] };
    }

    /// <summary>Runs that pass the filter, newest first, one more than the page holds.</summary>
    public async Task<List<RunSummary>> ListAsync(RunFilter filter, Paging page, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command)
            .Add(page.Before, "r.id < @before", "before")
            .Add(filter.Workflow, "r.workflow = @workflow", "workflow")
            .Add(filter.State, "r.state = @state", "state")
            .Add(filter.BackfillId, "r.backfill_id = @backfill", "backfill")
            .Add(filter.Schedule, "r.schedule = @schedule", "schedule");
        command.Parameters.AddWithValue("limit", page.Limit + 1);
        command.CommandText = $"select {SummaryColumns} from workflow_runs r join jobs j on j.id = r.id where {conditions} order by r.id desc limit @limit";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<RunSummary>();
        while (await rows.ReadAsync(cancellationToken))
        {
            runs.Add(ReadSummary(rows));
        }

        return runs;
    }

    /// <summary>Jobs of a step in all its rounds, the newest round first, by their place; at most a thousand from <paramref name="after"/> on.</summary>
    public async Task<List<StepJobView>> JobsAsync(Guid run, string step, int after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {JobColumns} from jobs j where run_id = @id and step = @step and step_index >= @after order by step_round desc, step_index limit 1000");
        command.Parameters.AddWithValue("id", run);
        command.Parameters.AddWithValue("step", step);
        command.Parameters.AddWithValue("after", after);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return (await ReadJobsAsync(rows, cancellationToken)).ConvertAll(j => j.Job);
    }

    private static RunSummary ReadSummary(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), Id(row, 5), Text(row, 6), Time(row, 7), Id(row, 8), Text(row, 9),
        row.GetFieldValue<DateTimeOffset>(10), Time(row, 11), Time(row, 12));

    private static RunView ReadRun(NpgsqlDataReader row)
    {
        var r = ReadSummary(row);
        return new RunView(
            r.Id, r.Workflow, r.Version, r.State, r.CorrelationId, r.ParentRunId, r.Schedule, r.ScheduledAt, r.BackfillId, Text(row, 13), Text(row, 14),
            r.ErrorMessage, Text(row, 15), r.CreatedAt, r.StartedAt, r.FinishedAt, []);
    }

    private static StepRow ReadStep(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6), row.GetInt32(7), Text(row, 8),
        Time(row, 9), Time(row, 10));

    private static async Task<List<(string Step, StepJobView Job)>> ReadJobsAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var jobs = new List<(string, StepJobView)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add((rows.GetString(0), new StepJobView(
                rows.GetGuid(1), rows.GetInt32(2), rows.GetInt32(3), JobState.ToPublic(rows.GetString(4)), rows.GetInt32(5), rows.GetInt32(6),
                Math.Round(rows.GetFloat(7), 4), rows.GetBoolean(8), Text(rows, 9), Text(rows, 10), Time(rows, 11), Time(rows, 12), Time(rows, 13))));
        }

        return jobs;
    }

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private sealed record StepRow(
        int Place,
        string State,
        int Round,
        int Total,
        int Next,
        int Completed,
        int Failed,
        int Canceled,
        string? Error,
        DateTimeOffset? StartedAt,
        DateTimeOffset? FinishedAt)
    {
        public StepView ToView(Core.Workflows.Definition.StepDefinition step, IReadOnlyList<StepJobView> jobs) => new(
            step.Id, step.JobType, step.DependsOn, State, Round, Total < 0 ? null : Total, Math.Max(0, Next - Completed - Failed - Canceled), Completed, Failed,
            Canceled, Error, StartedAt, FinishedAt, jobs);
    }
}

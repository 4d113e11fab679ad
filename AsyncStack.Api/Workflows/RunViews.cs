using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Running;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>What a list of runs is held to.</summary>
internal sealed record RunFilter(
    string? Workflow = null, string? State = null, Guid? BackfillId = null, string? Schedule = null, Guid? ParentRunId = null, Guid[]? Ids = null);

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

    private const string StepsSql = $"select {StepRow.Columns} from workflow_steps where run_id = @id order by place";

    private const string GridSql = $"select {StepRow.Columns} from workflow_steps where run_id = any(@ids) order by run_id, place";

    private const string JobsSql = $"""
        select {StepJobs.Columns} from workflow_steps s join jobs j on j.run_id = s.run_id and j.step = s.step and j.step_round = s.round
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
        List<(string Step, StepJobView Job)> jobs = [];
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
                steps.Add(StepRow.Read(rows));
            }

            await rows.NextResultAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                jobs.Add((rows.GetString(0), StepJobs.Read(rows)));
            }
        }

        var plan = await plans.FindAsync(connection, run.Workflow, run.Version, cancellationToken);
        var of = jobs.ToLookup(j => j.Step, j => j.Job);
        return run with { Steps = [.. steps.Select(s => s.ToView(plan.Steps[s.Place], [.. of[s.Step]]))] };
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
            .Add(filter.Schedule, "r.schedule = @schedule", "schedule")
            .Add(filter.ParentRunId, "r.parent_id = @parent", "parent")
            .Add(filter.Ids, "r.id = any(@ids)", "ids");
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

    /// <summary>Runs with how each of their steps stands; the steps are read after the runs, so that an ended run has ended steps.</summary>
    public async Task<List<RunGridRow>> WithStepsAsync(List<RunSummary> runs, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GridSql);
        command.Parameters.AddWithValue("ids", runs.Select(r => r.Id).ToArray());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var steps = new List<StepRow>();
        while (await rows.ReadAsync(cancellationToken))
        {
            steps.Add(StepRow.Read(rows));
        }

        var of = steps.ToLookup(s => s.RunId, s => s.ToSummary());
        return runs.ConvertAll(r => new RunGridRow(r, [.. of[r.Id]]));
    }

    /// <summary>A run with how each of its steps stands; null when there is none.</summary>
    public async Task<RunGridRow?> FindProgressAsync(Guid id, CancellationToken cancellationToken) =>
        await ListAsync(new RunFilter(Ids: [id]), new Paging(1, null), cancellationToken) is [var run]
            ? (await WithStepsAsync([run], cancellationToken))[0]
            : null;

    private static RunSummary ReadSummary(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), row.IdAt(5), row.TextAt(6), row.TimeAt(7), row.IdAt(8),
        row.TextAt(9), row.GetFieldValue<DateTimeOffset>(10), row.TimeAt(11), row.TimeAt(12));

    private static RunView ReadRun(NpgsqlDataReader row)
    {
        var r = ReadSummary(row);
        return new RunView(
            r.Id, r.Workflow, r.Version, r.State, r.CorrelationId, r.ParentRunId, r.Schedule, r.ScheduledAt, r.BackfillId, row.TextAt(13), row.TextAt(14),
            r.ErrorMessage, row.TextAt(15), r.CreatedAt, r.StartedAt, r.FinishedAt, []);
    }
}

using AsyncStack.Core.Database;
using AsyncStack.Core.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>What a transaction has decided and not yet written: one statement a table, however many runs it is about.</summary>
internal sealed class RunWrites
{
    private const string RunsSql = $"""
        with made as (
            insert into workflow_runs (id, root_id, parent_id, depth, workflow, version, state, input, priority, timeout_seconds, traceparent,
                schedule, scheduled_at, backfill_id, created_at, started_at, finished_at)
            select id, root_id, parent_id, depth, workflow, version, state, input::json, priority, timeout_seconds, traceparent,
                schedule, scheduled_at, backfill_id, @now, started_at, finished_at
            from unnest(@ids, @roots, @parents, @depths, @workflows, @versions, @states, @inputs, @priorities, @timeouts, @traces, @schedules,
                @scheduled, @backfills, @started, @finished)
                as r(id, root_id, parent_id, depth, workflow, version, state, input, priority, timeout_seconds, traceparent, schedule,
                    scheduled_at, backfill_id, started_at, finished_at)
            returning id
        )
        select pg_notify('{RunSignals.Changed}', id::text) from made
        """;

    private const string RunStatesSql = $"""
        with changed as (
            update workflow_runs r set state = i.state, started_at = i.started_at, finished_at = i.finished_at
            from unnest(@ids, @states, @started, @finished) as i(id, state, started_at, finished_at) where r.id = i.id
            returning r.id
        )
        select pg_notify('{RunSignals.Changed}', id::text) from changed
        """;

    private const string StepsSql = """
        insert into workflow_steps (run_id, place, step, state, round, total, next, completed, failed, canceled, error_message, started_at, finished_at)
        select * from unnest(@runs, @places, @steps, @states, @rounds, @totals, @nexts, @completed, @failed, @canceled, @errors, @started, @finished)
        on conflict (run_id, place) do update set
            state = excluded.state, round = excluded.round, total = excluded.total, next = excluded.next, completed = excluded.completed,
            failed = excluded.failed, canceled = excluded.canceled, error_message = excluded.error_message,
            started_at = excluded.started_at, finished_at = excluded.finished_at
        """;

    private const string JobsSql = """
        with inserted as (
            insert into jobs (id, correlation_id, job_type, payload, state, priority, attempt, max_attempts, timeout_seconds, retry_delay_seconds,
                run_at, created_at, queued_at, started_at, finished_at, deadline_at, progress, result, error_message, callback_url, traceparent,
                dataset_ids, root_run_id, run_id, step, step_index, step_round, pool)
            select id, correlation_id, job_type, payload::json, state, priority,
                case when state in ('scheduled', 'queued') then 0 else 1 end, max_attempts, timeout_seconds, retry_delay,
                run_at, @now, case when state = 'queued' then @now end, case when state not in ('scheduled', 'queued') then @now end,
                case when state not in ('scheduled', 'queued', 'running') then @now end, deadline_at, case when state = 'completed' then 1 else 0 end,
                result::json, error, callback, trace, case when dataset_id is not null then array[dataset_id] end,
                root_run_id, run_id, step, step_index, step_round, pool
            from unnest(@ids, @correlations, @types, @payloads, @states, @priorities, @max_attempts, @timeouts, @delays, @run_ats, @deadlines, @results,
                @errors, @callbacks, @traces, @datasets, @roots, @runs, @steps, @indexes, @rounds, @pools)
                as j(id, correlation_id, job_type, payload, state, priority, max_attempts, timeout_seconds, retry_delay, run_at, deadline_at, result,
                    error, callback, trace, dataset_id, root_run_id, run_id, step, step_index, step_round, pool)
            returning id, state, error_message
        )
        insert into job_events (job_id, event, attempt, detail, at)
        select id, case state when 'running' then 'started' when 'completed' then 'finished' else state end, 1, error_message, @now
        from inserted where state not in ('scheduled', 'queued')
        """;

    private const string StandingsSql = """
        with changed as (
            update jobs j set state = i.state, run_at = i.run_at, deadline_at = i.deadline_at, pool = i.pool, worker_id = null,
                queued_at = case when i.state = 'queued' then @now else j.queued_at end,
                attempt = case when i.state in ('scheduled', 'queued') then j.attempt else j.attempt + 1 end,
                max_attempts = case when i.state in ('scheduled', 'queued') then j.max_attempts else j.attempt + 1 end,
                started_at = case when i.state in ('scheduled', 'queued') then j.started_at else @now end,
                finished_at = case when i.state in ('scheduled', 'queued', 'running') then null else @now end,
                progress = case when i.state = 'completed' then 1 else 0 end, result = i.result::json, result_uri = null, error_message = i.error
            from unnest(@ids, @states, @run_ats, @deadlines, @pools, @results, @errors) as i(id, state, run_at, deadline_at, pool, result, error)
            where j.id = i.id
            returning j.id, j.state, j.attempt, j.error_message
        )
        insert into job_events (job_id, event, attempt, detail, at)
        select id, case state when 'running' then 'started' when 'completed' then 'finished' else state end, attempt, error_message, @now
        from changed where state not in ('scheduled', 'queued')
        """;

    private const string EndsSql = $"""
        with ended as (
            update jobs j set state = i.state, result = i.result::json, error_message = i.error, finished_at = @now, run_at = null, deadline_at = null,
                worker_id = null, progress = case when i.state = 'completed' then 1 else j.progress end
            from unnest(@ids, @states, @results, @errors) as i(id, state, result, error)
            where j.id = i.id and j.state in ('scheduled', 'queued', 'running')
            returning j.id, j.state, j.attempt, j.error_message
        ), history as (
            insert into job_events (job_id, event, attempt, detail, at)
            select id, case state when 'completed' then 'finished' else state end, attempt, error_message, @now from ended
        )
        select pg_notify('{JobSignals.Changed}', id::text) from ended
        """;

    private readonly List<(Guid Id, JobStanding Standing)> _standings = [];
    private readonly List<(Guid Id, string State, string? Result, string? Error)> _ends = [];
    private readonly List<StepJob> _jobs = [];

    /// <summary>Whether jobs wait to be inserted, changed or ended, so that who reads jobs must write first.</summary>
    public bool HasJobs => _jobs.Count > 0 || _standings.Count > 0 || _ends.Count > 0;

    public void Insert(StepJob job) => _jobs.Add(job);

    /// <summary>Has a job that waited for a place stand otherwise.</summary>
    public void Change(Guid id, in JobStanding standing) => _standings.Add((id, standing));

    /// <summary>Ends the job of a run.</summary>
    public void End(Guid id, string state, string? result, string? error) => _ends.Add((id, state, result, error));

    /// <summary>The statements that write all this, in one round trip; nothing is left to write after.</summary>
    public NpgsqlBatch Take(NpgsqlConnection connection, IReadOnlyCollection<RunRecord> runs, DateTimeOffset now)
    {
        var batch = new NpgsqlBatch(connection);
        AddRuns(batch, [.. runs.Where(r => r.IsNew)], now);
        AddRunStates(batch, [.. runs.Where(r => r is { Changed: true, IsNew: false })]);
        AddSteps(batch, runs, now);
        AddJobs(batch, now);
        AddStandings(batch, now);
        AddEnds(batch, now);
        foreach (var run in runs)
        {
            (run.IsNew, run.Changed) = (false, false);
        }

        return batch;
    }

    private static void AddRuns(NpgsqlBatch batch, List<RunRecord> runs, DateTimeOffset now)
    {
        if (runs.Count == 0)
        {
            return;
        }

        var p = Add(batch, RunsSql, now);
        p.Array(NpgsqlDbType.Uuid, "ids", runs.Select(r => r.Id));
        p.Array(NpgsqlDbType.Uuid, "roots", runs.Select(r => r.RootId));
        p.Array(NpgsqlDbType.Uuid, "parents", runs.Select(r => r.ParentId));
        p.Array(NpgsqlDbType.Integer, "depths", runs.Select(r => r.Depth));
        p.Array(NpgsqlDbType.Text, "workflows", runs.Select(r => r.Workflow));
        p.Array(NpgsqlDbType.Integer, "versions", runs.Select(r => r.Version));
        p.Array(NpgsqlDbType.Text, "states", runs.Select(r => r.State));
        p.Array(NpgsqlDbType.Text, "inputs", runs.Select(r => r.Input.GetRawText()));
        p.Array(NpgsqlDbType.Text, "priorities", runs.Select(r => r.Priority));
        p.Array(NpgsqlDbType.Integer, "timeouts", runs.Select(r => r.TimeoutSeconds));
        p.Array(NpgsqlDbType.Text, "traces", runs.Select(r => r.TraceParent));
        p.Array(NpgsqlDbType.Text, "schedules", runs.Select(r => r.Schedule));
        p.Array(NpgsqlDbType.TimestampTz, "scheduled", runs.Select(r => r.ScheduledAt));
        p.Array(NpgsqlDbType.Uuid, "backfills", runs.Select(r => r.BackfillId));
        p.Array(NpgsqlDbType.TimestampTz, "started", runs.Select(r => r.StartedAt));
        p.Array(NpgsqlDbType.TimestampTz, "finished", runs.Select(r => r.FinishedAt));
    }

    private static void AddRunStates(NpgsqlBatch batch, List<RunRecord> runs)
    {
        if (runs.Count == 0)
        {
            return;
        }

        var p = Add(batch, RunStatesSql, null);
        p.Array(NpgsqlDbType.Uuid, "ids", runs.Select(r => r.Id));
        p.Array(NpgsqlDbType.Text, "states", runs.Select(r => r.State));
        p.Array(NpgsqlDbType.TimestampTz, "started", runs.Select(r => r.StartedAt));
        p.Array(NpgsqlDbType.TimestampTz, "finished", runs.Select(r => r.FinishedAt));
    }

    private static void AddSteps(NpgsqlBatch batch, IReadOnlyCollection<RunRecord> runs, DateTimeOffset now)
    {
        var steps = runs.SelectMany(r => r.Machine.Steps.Where(s => r.IsNew || s.Changed).Select(s => (Run: r, Step: s))).ToList();
        if (steps.Count == 0)
        {
            return;
        }

        foreach (var (_, step) in steps)
        {
            step.StartedAt ??= step.State == StepState.Running || step.Next > 0 ? now : null;
            step.FinishedAt ??= step.HasEnded ? now : null;
            step.Changed = false;
        }

        var p = Add(batch, StepsSql, null);
        p.Array(NpgsqlDbType.Uuid, "runs", steps.Select(s => s.Run.Id));
        p.Array(NpgsqlDbType.Integer, "places", steps.Select(s => s.Step.Place));
        p.Array(NpgsqlDbType.Text, "steps", steps.Select(s => s.Run.Plan.Steps[s.Step.Place].Id));
        p.Array(NpgsqlDbType.Text, "states", steps.Select(s => s.Step.State));
        p.Array(NpgsqlDbType.Integer, "rounds", steps.Select(s => s.Step.Round));
        p.Array(NpgsqlDbType.Integer, "totals", steps.Select(s => s.Step.Total));
        p.Array(NpgsqlDbType.Integer, "nexts", steps.Select(s => s.Step.Next));
        p.Array(NpgsqlDbType.Integer, "completed", steps.Select(s => s.Step.Completed));
        p.Array(NpgsqlDbType.Integer, "failed", steps.Select(s => s.Step.Failed));
        p.Array(NpgsqlDbType.Integer, "canceled", steps.Select(s => s.Step.Canceled));
        p.Array(NpgsqlDbType.Text, "errors", steps.Select(s => Clean(s.Step.Error)));
        p.Array(NpgsqlDbType.TimestampTz, "started", steps.Select(s => s.Step.StartedAt));
        p.Array(NpgsqlDbType.TimestampTz, "finished", steps.Select(s => s.Step.FinishedAt));
    }

    private void AddJobs(NpgsqlBatch batch, DateTimeOffset now)
    {
        if (_jobs.Count == 0)
        {
            return;
        }

        var p = Add(batch, JobsSql, now);
        p.Array(NpgsqlDbType.Uuid, "ids", _jobs.Select(j => j.Id));
        p.Array(NpgsqlDbType.Text, "correlations", _jobs.Select(j => j.CorrelationId ?? j.Id.ToString()));
        p.Array(NpgsqlDbType.Text, "types", _jobs.Select(j => j.JobType));
        p.Array(NpgsqlDbType.Text, "payloads", _jobs.Select(j => j.Payload));
        p.Array(NpgsqlDbType.Text, "priorities", _jobs.Select(j => j.Priority));
        p.Array(NpgsqlDbType.Integer, "max_attempts", _jobs.Select(j => j.MaxAttempts));
        p.Array(NpgsqlDbType.Integer, "timeouts", _jobs.Select(j => j.TimeoutSeconds));
        p.Array(NpgsqlDbType.Integer, "delays", _jobs.Select(j => j.RetryDelaySeconds));
        p.Array(NpgsqlDbType.Text, "callbacks", _jobs.Select(j => j.CallbackUrl));
        p.Array(NpgsqlDbType.Text, "traces", _jobs.Select(j => j.TraceParent));
        p.Array(NpgsqlDbType.Uuid, "datasets", _jobs.Select(j => j.DatasetId));
        p.Array(NpgsqlDbType.Uuid, "roots", _jobs.Select(j => j.RootRunId));
        p.Array(NpgsqlDbType.Uuid, "runs", _jobs.Select(j => j.RunId));
        p.Array(NpgsqlDbType.Text, "steps", _jobs.Select(j => j.Step));
        p.Array(NpgsqlDbType.Integer, "indexes", _jobs.Select(j => j.Index));
        p.Array(NpgsqlDbType.Integer, "rounds", _jobs.Select(j => j.Round));
        AddStandings(p, [.. _jobs.Select(j => j.Standing)]);
        _jobs.Clear();
    }

    private void AddStandings(NpgsqlBatch batch, DateTimeOffset now)
    {
        if (_standings.Count == 0)
        {
            return;
        }

        var p = Add(batch, StandingsSql, now);
        p.Array(NpgsqlDbType.Uuid, "ids", _standings.Select(s => s.Id));
        AddStandings(p, [.. _standings.Select(s => s.Standing)]);
        _standings.Clear();
    }

    private static void AddStandings(NpgsqlParameterCollection p, List<JobStanding> standings)
    {
        p.Array(NpgsqlDbType.Text, "states", standings.Select(s => s.State));
        p.Array(NpgsqlDbType.TimestampTz, "run_ats", standings.Select(s => s.RunAt));
        p.Array(NpgsqlDbType.TimestampTz, "deadlines", standings.Select(s => s.Deadline));
        p.Array(NpgsqlDbType.Text, "pools", standings.Select(s => s.Pool));
        p.Array(NpgsqlDbType.Text, "results", standings.Select(s => s.Result));
        p.Array(NpgsqlDbType.Text, "errors", standings.Select(s => Clean(s.Error)));
    }

    private void AddEnds(NpgsqlBatch batch, DateTimeOffset now)
    {
        if (_ends.Count == 0)
        {
            return;
        }

        var p = Add(batch, EndsSql, now);
        p.Array(NpgsqlDbType.Uuid, "ids", _ends.Select(e => e.Id));
        p.Array(NpgsqlDbType.Text, "states", _ends.Select(e => e.State));
        p.Array(NpgsqlDbType.Text, "results", _ends.Select(e => e.Result));
        p.Array(NpgsqlDbType.Text, "errors", _ends.Select(e => Clean(e.Error)));
        _ends.Clear();
    }

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string sql, DateTimeOffset? now)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        if (now is { } time)
        {
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", time));
        }

        return command.Parameters;
    }

    // Postgres takes no NUL in text.
    private static string? Clean(string? error) => error?.Replace('\0', '\uFFFD');
}

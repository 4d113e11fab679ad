using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>What callers and workers want of runs.</summary>
public sealed partial class RunTransaction
{
    // Whoever begins a run that waited may die at it.
    private const int BeginAttempts = 10;

    private const string RootSql = "select root_id from workflow_runs where id = $1";

    private const string KeepSql =
        "insert into workflow_signals (run_id, name, payload, received_at) values (@run, @name, @payload::json, @now) on conflict do nothing";

    private const string WaitersSql = """
        select id, step, step_round from jobs
        where run_id = @run and job_type = 'wait' and state = 'running' and payload ->> 'signal' = @name for update
        """;

    private const string HeldHereSql = "select attempt from jobs where id = @id and attempt = @attempt and state = 'running' and worker_id = @worker for update";

    private const string LeftSql = """
        update jobs set worker_id = null, run_at = null, max_attempts = case when @begun then attempt else max_attempts end,
            state = case when @begun then 'running' else 'scheduled' end, attempt = case when @begun then attempt else attempt - 1 end,
            deadline_at = case when @begun then @deadline end
        where id = @id
        """;

    /// <summary>Adds a run, and begins it unless it must wait.</summary>
    /// <exception cref="PostgresException">Another job has its correlation id, or another run its schedule and time.</exception>
    public async Task StartAsync(NewRun wanted)
    {
        var run = new RunRecord(wanted.Plan, [.. Enumerable.Range(0, wanted.Plan.Steps.Count).Select(p => new StepProgress(p))])
        {
            Id = wanted.Id,
            RootId = wanted.Id,
            Workflow = wanted.Workflow,
            Version = wanted.Version,
            State = RunState.Queued,
            Input = JsonElement.Parse(wanted.Input),
            Priority = wanted.Priority,
            TimeoutSeconds = wanted.Plan.Definition.TimeoutSeconds,
            TraceParent = wanted.TraceParent,
            Schedule = wanted.Schedule,
            ScheduledAt = wanted.ScheduledAt,
            BackfillId = wanted.BackfillId,
            HasCallback = wanted.CallbackUrl is not null,
            IsNew = true,
        };
        _runs[run.Id] = run;
        var later = wanted.RunAt > _now ? wanted.RunAt : null;
        _scheduled |= later is not null;
        // Of a backfill there are many, and the first ones begin when all are there.
        var begins = later is null && wanted.BackfillId is null && await BeginAsync(run);
        _writes.Insert(JobOf(wanted, run, begins
            ? new JobStanding(JobState.Running, Deadline: _now.AddSeconds(run.TimeoutSeconds))
            : new JobStanding(JobState.Scheduled, RunAt: later)));
        await SettleAsync();
    }

    /// <summary>Begins a run whose job a worker has claimed, or has it wait for a place; in either case the job is the worker's no more.</summary>
    public async Task BeginAsync(Guid runId, int attempt, Guid workerId)
    {
        if (await LockAsync(runId) is not { } run || !await IsHeldAsync(runId, attempt, workerId))
        {
            return;
        }

        var begins = run.State != RunState.Queued || await BeginAsync(run);
        await using (var command = new NpgsqlCommand(LeftSql, connection))
        {
            command.Parameters.AddWithValue("id", runId);
            command.Parameters.AddWithValue("begun", begins);
            command.Parameters.AddWithValue("deadline", _now.AddSeconds(run.TimeoutSeconds));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (!begins)
        {
            // The place it was told of may be one for another.
            Free(run.Workflow, run.Plan.Definition.MaxActiveRuns);
        }

        await SettleAsync();
    }

    /// <summary>Has steps of a run, which may have ended, run again.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="choose">Says which, by the plan and how the steps stand.</param>
    public async Task<RunChange> RestartAsync(Guid runId, Func<RunPlan, IReadOnlyList<StepProgress>, IReadOnlyList<int>> choose)
    {
        if (await LockAsync(runId) is not { } run)
        {
            return RunChange.NotFound;
        }

        if (run.ParentId is not null || run.State == RunState.Queued)
        {
            return run.ParentId is not null ? RunChange.IsChild : RunChange.NotBegun;
        }

        var places = choose(run.Plan, run.Machine.Steps);
        if (places.Count == 0 || !run.Machine.Restart(places))
        {
            return places.Count == 0 ? RunChange.NoStep : RunChange.StepRuns;
        }

        if (run.State == RunState.Running)
        {
            _begun.Add(run);
        }
        else
        {
            run.State = RunState.Queued;
            run.Changed = true;
            _writes.Change(run.Id, await BeginAsync(run)
                ? new JobStanding(JobState.Running, Deadline: _now.AddSeconds(run.TimeoutSeconds))
                : new JobStanding(JobState.Scheduled));
        }

        await SettleAsync();
        return RunChange.Done;
    }

    /// <summary>Keeps a signal for a run, and ends the steps that wait for it.</summary>
    public async Task<RunChange> SignalAsync(Guid runId, string name, string payload)
    {
        if (await LockAsync(runId) is not { } run)
        {
            return RunChange.NotFound;
        }

        if (RunState.HasEnded(run.State))
        {
            return RunChange.HasEnded;
        }

        await using (var keep = new NpgsqlCommand(KeepSql, connection))
        {
            keep.Parameters.AddWithValue("run", runId);
            keep.Parameters.AddWithValue("name", name);
            keep.Parameters.AddWithValue("payload", payload);
            keep.Parameters.AddWithValue("now", _now);
            if (await keep.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return RunChange.DoneBefore;
            }
        }

        await using (var find = new NpgsqlCommand(WaitersSql, connection))
        {
            find.Parameters.AddWithValue("run", runId);
            find.Parameters.AddWithValue("name", name);
            await using var rows = await find.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                _writes.End(rows.GetGuid(0), JobState.Completed, payload, null);
                _ends.Add((runId, rows.GetString(1), rows.GetInt32(2), RunState.Completed, null));
            }
        }

        await SettleAsync();
        return RunChange.Done;
    }

    private async Task<RunRecord?> LockAsync(Guid runId)
    {
        await using (var command = new NpgsqlCommand(RootSql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = runId });
            if (await command.ExecuteScalarAsync(cancellationToken) is not Guid root)
            {
                return null;
            }

            await LockAsync([root]);
        }

        await LoadAsync([runId]);
        return _runs.GetValueOrDefault(runId);
    }

    private async Task<bool> IsHeldAsync(Guid jobId, int attempt, Guid workerId)
    {
        await using var command = new NpgsqlCommand(HeldHereSql, connection);
        command.Parameters.AddWithValue("id", jobId);
        command.Parameters.AddWithValue("attempt", attempt);
        command.Parameters.AddWithValue("worker", workerId);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static StepJob JobOf(NewRun wanted, RunRecord run, JobStanding standing) => new()
    {
        Id = run.Id,
        CorrelationId = wanted.CorrelationId,
        JobType = JobTypes.Workflow.Name,
        Payload = JsonSerializer.Serialize(new RunPayload(run.Workflow, run.Version, run.Input), RunJson.Default.RunPayload),
        Priority = run.Priority,
        MaxAttempts = standing.State == JobState.Running ? 1 : BeginAttempts,
        TimeoutSeconds = run.TimeoutSeconds,
        CallbackUrl = wanted.CallbackUrl,
        TraceParent = run.TraceParent,
        RootRunId = run.Id,
        Standing = standing,
    };
}

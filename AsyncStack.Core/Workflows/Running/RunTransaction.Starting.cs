using System.Text.Json;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>How jobs of steps begin, by their type.</summary>
public sealed partial class RunTransaction
{
    private const int MaxDepth = 8;

    private const string HeldSql = """
        select id, payload::text from jobs
        where run_id = @run and step = @step and step_round = @round and step_index >= @first and step_index < @first + @items
          and state = 'scheduled' and run_at is null
        order by step_index
        """;

    private const string SignalSql = "select payload::text from workflow_signals where run_id = @run and name = @name";

    /// <summary>How a job stands that begins now.</summary>
    private async Task<JobStanding> StandAsync(RunRecord run, StepDefinition step, Guid id, string payload)
    {
        if (step.JobType == JobTypes.Wait.Name)
        {
            return await WaitAsync(run, step, id, JsonElement.Parse(payload));
        }

        if (step.JobType == JobTypes.Workflow.Name)
        {
            return await StartChildAsync(run, step, id, JsonElement.Parse(payload));
        }

        if (step.Pool is not null)
        {
            _pools.Add(step.Pool);
            return new JobStanding(JobState.Scheduled, Pool: step.Pool);
        }

        return Queue(run, step, id);
    }

    private JobStanding Queue(RunRecord run, StepDefinition step, Guid id)
    {
        _queued.Add(new QueuedJob(id, step.JobType, step.Priority ?? run.Priority, run.TraceParent));
        return new JobStanding(JobState.Queued);
    }

    private async Task<JobStanding> WaitAsync(RunRecord run, StepDefinition step, Guid id, JsonElement payload)
    {
        if (payload.TryGetProperty("signal", out var signal) && signal.ValueKind == JsonValueKind.String)
        {
            if (await SignalAsync(run, signal.GetString()!) is { } received)
            {
                _ends.Add((run.Id, step.Id, run.Machine.Steps[run.Plan.PlaceOf(step.Id)].Round, RunState.Completed, null));
                return new JobStanding(JobState.Completed, Result: received);
            }

            return new JobStanding(JobState.Running, Deadline: _now.AddSeconds(step.TimeoutSeconds));
        }

        var due = payload.TryGetProperty("until", out var until) && until.ValueKind == JsonValueKind.String
            ? until.GetDateTimeOffset().ToUniversalTime()
            : _now.AddSeconds(payload.GetProperty("seconds").GetDouble());
        if (due <= _now)
        {
            return Queue(run, step, id);
        }

        _scheduled = true;
        return new JobStanding(JobState.Scheduled, RunAt: due);
    }

    private async Task<JobStanding> StartChildAsync(RunRecord run, StepDefinition step, Guid id, JsonElement payload)
    {
        var round = run.Machine.Steps[run.Plan.PlaceOf(step.Id)].Round;
        var name = payload.GetProperty("workflow").GetString()!;
        int? version = payload.TryGetProperty("version", out var wanted) && wanted.ValueKind == JsonValueKind.Number ? wanted.GetInt32() : null;
        var given = payload.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Object ? input : JsonElement.Parse("{}");
        if (run.Depth + 1 >= MaxDepth)
        {
            return FailChild(run, step, round, $"Workflows may be nested {MaxDepth} deep, and '{name}' would be one too many.");
        }

        if (await plans.FindCurrentAsync(connection, name, version, cancellationToken) is not var (plan, current))
        {
            return FailChild(run, step, round, $"There is no workflow '{name}'{(version is null ? "" : $" with a version {version}")}.");
        }

        var errors = new List<DefinitionError>();
        if (InputFields.Fill(plan.Definition, given, errors) is not { } filled)
        {
            return FailChild(run, step, round, $"The input of '{name}' is wrong: {string.Join(' ', errors.Select(e => e.Message))}");
        }

        var child = new RunRecord(plan, [.. Enumerable.Range(0, plan.Steps.Count).Select(p => new StepProgress(p))])
        {
            Id = id,
            RootId = run.RootId,
            ParentId = run.Id,
            Parent = (step.Id, round),
            Depth = run.Depth + 1,
            Workflow = name,
            Version = current,
            State = RunState.Queued,
            Input = JsonElement.Parse(filled),
            Priority = step.Priority ?? run.Priority,
            TimeoutSeconds = Math.Min(step.TimeoutSeconds, plan.Definition.TimeoutSeconds),
            TraceParent = run.TraceParent,
            IsNew = true,
        };
        _runs[id] = child;
        return await BeginAsync(child) ? new JobStanding(JobState.Running, Deadline: _now.AddSeconds(child.TimeoutSeconds)) : new JobStanding(JobState.Scheduled);
    }

    private JobStanding FailChild(RunRecord run, StepDefinition step, int round, string error)
    {
        _ends.Add((run.Id, step.Id, round, RunState.Failed, error));
        return new JobStanding(JobState.Failed, Error: error);
    }

    /// <summary>Begins a run that waits, when there is room for it.</summary>
    private async Task<bool> BeginAsync(RunRecord run)
    {
        if (run.Plan.Definition.MaxActiveRuns is not null || run.BackfillId is not null)
        {
            // Runs that this transaction began count as well.
            await FlushAsync();
            if (!await RunPlaces.IsRoomAsync(connection, run, cancellationToken))
            {
                return false;
            }

            // It may have waited for the end of another, before which it did not begin.
            _now = Database.Commands.ToMicroseconds(time.GetUtcNow());
        }

        (run.State, run.StartedAt, run.FinishedAt, run.Changed) = (RunState.Running, _now, null, true);
        _begun.Add(run);
        Tell(run, null);
        return true;
    }

    private async Task<string?> SignalAsync(RunRecord run, string name)
    {
        await using var command = new NpgsqlCommand(SignalSql, connection);
        command.Parameters.AddWithValue("run", run.Id);
        command.Parameters.AddWithValue("name", name);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<List<(Guid Id, string Payload)>> HeldAsync(RunRecord run, string step, StepAction.Start start)
    {
        await using var command = new NpgsqlCommand(HeldSql, connection);
        command.Parameters.AddWithValue("run", run.Id);
        command.Parameters.AddWithValue("step", step);
        command.Parameters.AddWithValue("round", run.Machine.Steps[start.Place].Round);
        command.Parameters.AddWithValue("first", start.First);
        command.Parameters.AddWithValue("items", start.Items);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var held = new List<(Guid, string)>(start.Items);
        while (await rows.ReadAsync(cancellationToken))
        {
            held.Add((rows.GetGuid(0), rows.GetString(1)));
        }

        return held;
    }
}

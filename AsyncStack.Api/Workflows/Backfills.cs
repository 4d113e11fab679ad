using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Core.Workflows.Schedules;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Starts backfills and stops them.</summary>
internal sealed class Backfills(NpgsqlDataSource database, RunTransactions transactions, WorkflowPlans plans, JobCommands jobs, TimeProvider time)
{
    private const int MaxRuns = 1000;

    private const string InsertSql = """
        insert into workflow_backfills (id, workflow, from_at, to_at, parallelism, runs, created_at) values (@id, @workflow, @from, @to, @parallelism, @runs, @now)
        """;

    private const string UnfinishedSql = "select id from workflow_runs where backfill_id = $1 and state in ('queued', 'running')";

    public async Task<IResult> StartAsync(string workflow, JsonElement root, HttpContext context)
    {
        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(workflow, errors);
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return errors.ToResult();
        }

        var fields = new JsonFields(root, errors);
        var (from, to, parallelism) = (fields.Time("from"), fields.Time("to"), fields.Integer("parallelism", 1, MaxRuns) ?? 1);
        var (cron, zone) = (fields.Text("cron", 200), fields.Text("time_zone", 100) ?? "UTC");
        var input = fields.Any("input") ?? JsonElement.Parse("{}");
        Check(from, to, cron, zone, input, errors);
        return errors.Any
            ? errors.ToResult()
            : await transactions.RunAsync(
                (connection, runs) => StartAsync(connection, runs, new Request(workflow, from!.Value, to!.Value, parallelism, cron, zone, input), context), CancellationToken.None);
    }

    /// <summary>Cancels the runs that have not ended, all at once, so that none takes the place of another; nothing when there are none.</summary>
    public async Task CancelAsync(Guid id, string actor)
    {
        Guid[] runs;
        await using (var command = database.CreateCommand(UnfinishedSql))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            runs = [.. await command.ReadIdsAsync(CancellationToken.None)];
        }

        if (runs.Length == 0)
        {
            return;
        }

        await jobs.CancelAsync(new JobBatch(runs, actor, $$"""{"backfill_id": "{{id}}"}"""), CancellationToken.None);
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await AuditLog.AddAsync(connection, actor, time.GetUtcNow(), [new AuditEntry(AuditActions.CancelBackfill, id.ToString())], CancellationToken.None);
    }

    private static void Check(DateTimeOffset? from, DateTimeOffset? to, string? cron, string zone, JsonElement input, FieldErrors errors)
    {
        if (!errors.Any && (from is null || to is null || to <= from))
        {
            errors.Add(from is null ? "from" : "to", "from and to are required, and to must be later than from.");
        }

        if (!CronTimes.TryFindZone(zone, out _))
        {
            errors.Add("time_zone", $"time_zone is '{zone}'; it must be an IANA name such as Europe/Berlin.");
        }
        else if (cron is not null && CronTimes.Explain(cron, zone) is { } wrong)
        {
            errors.Add("cron", $"cron is '{cron}': {wrong}");
        }

        if (input.ValueKind != JsonValueKind.Object || !JsonText.IsValid(input))
        {
            errors.Add("input", "input must be a JSON object of valid Unicode text.");
        }
    }

    private async Task<IResult> StartAsync(NpgsqlConnection connection, RunTransaction runs, Request request, HttpContext context)
    {
        if (await plans.FindCurrentAsync(connection, request.Workflow, null, CancellationToken.None) is not var (plan, version))
        {
            return RunIntake.NotFound(request.Workflow);
        }

        var errors = new FieldErrors();
        var wrong = new List<DefinitionError>();
        var times = Times(request, plan.Definition.Schedule, errors);
        var input = InputFields.Fill(plan.Definition, request.Input, wrong);
        wrong.ForEach(w => errors.Add(w.Field, w.Message));
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var now = time.GetUtcNow();
        var view = new BackfillView(
            Guid.CreateVersion7(now), request.Workflow, request.From, request.To, request.Parallelism, times.Count,
            new Dictionary<string, int>(StringComparer.Ordinal) { [RunState.Queued] = times.Count }, now);
        await InsertAsync(connection, view);
        foreach (var at in times)
        {
            await runs.StartAsync(new NewRun
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                Workflow = request.Workflow,
                Version = version,
                Plan = plan,
                Input = input!,
                ScheduledAt = at,
                BackfillId = view.Id,
                TraceParent = Activity.Current?.Id,
            });
        }

        runs.Free(request.Workflow, plan.Definition.MaxActiveRuns);
        await AuditLog.AddAsync(connection, Actor.Of(context), now, [new AuditEntry(AuditActions.StartBackfill, view.Id.ToString())], CancellationToken.None);
        context.Response.Headers.Location = $"/api/v1/backfills/{view.Id}";
        return Results.Json(view, WorkflowJson.Default.BackfillView, statusCode: StatusCodes.Status202Accepted);
    }

    private static List<DateTimeOffset> Times(Request request, ScheduleDefinition? schedule, FieldErrors errors)
    {
        if (request.Cron is null && schedule is null)
        {
            errors.Add("cron", "cron is required: the workflow has no schedule of its own.");
            return [];
        }

        var cron = request.Cron is { } own ? new CronTimes(own, request.Zone) : new CronTimes(schedule!.Cron, schedule.TimeZone);
        var times = cron.Between(request.From, request.To).Take(MaxRuns + 1).ToList();
        if (times.Count is 0 or > MaxRuns)
        {
            errors.Add("to", times.Count == 0 ? "No time of the expression lies between from and to." : $"More than {MaxRuns} times lie between from and to; make several backfills.");
        }

        return times;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, BackfillView view)
    {
        await using var command = new NpgsqlCommand(InsertSql, connection);
        command.Parameters.AddWithValue("id", view.Id);
        command.Parameters.AddWithValue("workflow", view.Workflow);
        command.Parameters.AddWithValue("from", view.From);
        command.Parameters.AddWithValue("to", view.To);
        command.Parameters.AddWithValue("parallelism", view.Parallelism);
        command.Parameters.AddWithValue("runs", view.Runs);
        command.Parameters.AddWithValue("now", view.CreatedAt);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Request(string Workflow, DateTimeOffset From, DateTimeOffset To, int Parallelism, string? Cron, string Zone, JsonElement Input);
}

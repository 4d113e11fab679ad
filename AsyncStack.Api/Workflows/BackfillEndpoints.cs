using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Core.Workflows.Schedules;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>Runs of a workflow for the times of a period, a few at once.</summary>
internal static class BackfillEndpoints
{
    private const string Example = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "workflow": "daily", "from": "2030-01-01T00:00:00Z", "to": "2030-01-31T00:00:00Z",
          "parallelism": 2, "runs": 30, "states": {"completed": 3, "running": 2, "queued": 25}, "created_at": "2030-01-31T12:00:00Z"
        }
        """;

    public static void MapBackfills(this RouteGroupBuilder workflow) =>
        workflow.MapPost("/backfills", PostAsync).ByActor().Describe("StartBackfill", "Starts a run for each time of a period", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Takes<BackfillBody>("""{"from": "2030-01-01T00:00:00Z", "to": "2030-01-31T00:00:00Z", "cron": "0 6 * * *", "parallelism": 2}""")
            .Acted()
            .Answers<BackfillView>(202, "The runs are committed.", Example).With("Location", "The backfill.")
            .Refuses(404, "There is no such workflow.")
            .Refuses(503));

    public static void MapBackfill(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/backfills/{id:guid}", GetAsync).WithTags("Runs").Describe("GetBackfill", "A backfill, and how far it is", o => o
            .Answers<BackfillView>(200, "The backfill.", Example)
            .Refuses(404, 503));

    private static async Task<IResult> PostAsync(string workflow, HttpContext context, Backfills backfills, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? await backfills.StartAsync(workflow, body.Root, context);
    }

    private static async Task<IResult> GetAsync(Guid id, Backfills backfills, CancellationToken cancellationToken) =>
        await backfills.FindAsync(id, cancellationToken) is { } view
            ? Results.Json(view, WorkflowJson.Default.BackfillView)
            : Results.Problem($"There is no backfill '{id}'.", statusCode: StatusCodes.Status404NotFound);
}

/// <summary>Starts and shows backfills.</summary>
internal sealed class Backfills(NpgsqlDataSource database, RunTransactions transactions, WorkflowPlans plans, TimeProvider time)
{
    private const int MaxRuns = 1000;

    private const string InsertSql = """
        insert into workflow_backfills (id, workflow, from_at, to_at, parallelism, runs, created_at) values (@id, @workflow, @from, @to, @parallelism, @runs, @now)
        """;

    private const string FindSql = """
        select b.id, b.workflow, b.from_at, b.to_at, b.parallelism, b.runs, b.created_at,
            (select json_object_agg(state, n) from (select state, count(*) as n from workflow_runs where backfill_id = b.id group by state) s)::text
        from workflow_backfills b where b.id = @id
        """;

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

    public async Task<BackfillView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.AddWithValue("id", id);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new BackfillView(
                rows.GetGuid(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetFieldValue<DateTimeOffset>(3), rows.GetInt32(4), rows.GetInt32(5),
                JsonSerializer.Deserialize<Dictionary<string, int>>(await rows.IsDBNullAsync(7, cancellationToken) ? "{}" : rows.GetString(7))!,
                rows.GetFieldValue<DateTimeOffset>(6))
            : null;
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

using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Workflows;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Schedules;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Schedules;

/// <summary>Schedules: when workflows start by themselves.</summary>
internal static class ScheduleEndpoints
{
    public const string Path = "/api/v1/schedules";
    private const string NameMeaning = "The schedule's name: 1 to 100 letters, digits, `_` and `-`.";
    private const string ExampleBody = """{"workflow": "daily", "cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin", "jitter_seconds": 60, "catch_up": "one"}""";
    private const string Example = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "name": "daily", "workflow": "daily", "cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin", "input": {},
          "jitter_seconds": 60, "catch_up": "one", "catch_up_limit": 10, "paused": false, "next_runs": ["2030-02-01T05:00:00Z"],
          "last_run_at": "2030-01-31T05:00:00Z", "created_at": "2030-01-01T12:00:00Z", "updated_at": "2030-01-01T12:00:00Z"
        }
        """;

    public static void MapSchedules(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup(Path).WithTags("Schedules");
        all.MapGet("", ListAsync).Describe("ListSchedules", "Lists schedules", o => o
            .Query("workflow", "Only schedules of this workflow.", Schemas.Text(100))
            .Query("paused", "Only those that are paused, or that are not.", Schemas.OneOf("true", "false"))
            .Lists<ScheduleView>("The schedules.", $"[{Example}]"));
        MapSchedule(all.MapGroup("/{schedule}"));
    }

    private static void MapSchedule(RouteGroupBuilder one)
    {
        one.MapPut("", PutAsync).ByActor().Describe("PutSchedule", "Makes a schedule, or changes it", o => o
            .Says("The schedule of a workflow's definition has the workflow's name, and follows the definition.")
            .Path("schedule", NameMeaning, Schemas.Text(100))
            .Takes<ScheduleBody>(ExampleBody)
            .Acted()
            .Answers<ScheduleView>(200, "The schedule.", Example)
            .Answers<ScheduleView>(201, "The schedule is new.", Example).With("Location", "The schedule.")
            .Refuses(422, 503));
        one.MapGet("", GetAsync).Describe("GetSchedule", "A schedule and its next times", o => o
            .Path("schedule", NameMeaning, Schemas.Text(100)).Answers<ScheduleView>(200, "The schedule.", Example).Refuses(404, 422, 503));
        one.MapDelete("", DeleteAsync).ByActor().Describe("DeleteSchedule", "Removes a schedule; its runs go on", o => o
            .Path("schedule", NameMeaning, Schemas.Text(100)).Acted().Answers(204, "It is gone.").Refuses(404, 422, 503));
        one.MapPost("/pause", (string schedule, HttpContext context, ScheduleCommands commands) => commands.PauseAsync(schedule, true, context)).ByActor()
            .Describe("PauseSchedule", "Starts nothing until it is resumed", o => o
                .Path("schedule", NameMeaning, Schemas.Text(100)).Acted().Answers<ScheduleView>(200, "The schedule.", Example).Refuses(404, 422, 503));
        one.MapPost("/resume", (string schedule, HttpContext context, ScheduleCommands commands) => commands.PauseAsync(schedule, false, context)).ByActor()
            .Describe("ResumeSchedule", "Goes on with the next time; those that passed while it was paused are left out", o => o
                .Path("schedule", NameMeaning, Schemas.Text(100)).Acted().Answers<ScheduleView>(200, "The schedule.", Example).Refuses(404, 422, 503));
        one.MapPost("/trigger", (string schedule, HttpContext context, ScheduleCommands commands) => commands.TriggerAsync(schedule, context)).ByActor()
            .Describe("TriggerSchedule", "Starts a run now, beside the schedule's times", o => o
                .Path("schedule", NameMeaning, Schemas.Text(100)).Acted()
                .Answers<TriggerAnswer>(202, "The run is committed.", """{"run_id": "0192f0c4-0000-7000-8000-000000000001"}""").With("Location", "The run.")
                .Refuses(404, "There is no such schedule.")
                .Refuses(409, "Its workflow is gone, or does not take its input.")
                .Refuses(422, 503));
    }

    private static async Task<IResult> ListAsync(HttpContext context, ScheduleTable schedules)
    {
        var errors = new FieldErrors();
        var (page, workflow, paused) = (Paging.Read(context.Request, errors), context.Request.QueryText("workflow"), context.Request.QueryFlag("paused", errors));
        errors.CheckText("workflow", workflow);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var found = await schedules.ListAsync(workflow, paused, page.Before, page.Limit + 1, context.RequestAborted);
        return Results.Json(page.Cut(found.ConvertAll(ScheduleView.Of), s => s.Id, context), ScheduleJson.Default.ListScheduleView);
    }

    private static async Task<IResult> GetAsync(string schedule, HttpContext context, ScheduleTable schedules) =>
        ScheduleCommands.RefuseName(schedule)
        ?? (await schedules.FindAsync(schedule, context.RequestAborted) is { } found
            ? Results.Json(ScheduleView.Of(found), ScheduleJson.Default.ScheduleView)
            : NotFound(schedule));

    private static async Task<IResult> PutAsync(string schedule, HttpContext context, ScheduleCommands commands, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? await commands.PutAsync(schedule, body.Root, context);
    }

    private static Task<IResult> DeleteAsync(string schedule, HttpContext context, ScheduleCommands commands) => commands.DeleteAsync(schedule, context);

    public static IResult NotFound(string name) => Results.Problem($"There is no schedule '{name}'.", statusCode: StatusCodes.Status404NotFound);
}

/// <summary>Changes schedules; what is done and the audit of it commit together.</summary>
internal sealed class ScheduleCommands(NpgsqlDataSource database, ScheduleTable schedules, ScheduleFiring firing, TimeProvider time)
{
    public async Task<IResult> PutAsync(string name, JsonElement root, HttpContext context)
    {
        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(name, errors, "schedule");
        var (workflow, definition) = Read(root, errors);
        if (errors.Any)
        {
            return errors.ToResult();
        }

        var isNew = false;
        var known = await DoAsync(context, AuditActions.PutSchedule, name, async connection =>
        {
            await using var find = new NpgsqlCommand("select 1 from workflows where name = $1 for key share", connection);
            find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workflow! });
            if (await find.ExecuteScalarAsync() is null)
            {
                return false;
            }

            isNew = (await schedules.PutAsync(connection, name, workflow!, definition!, ofDefinition: false, CancellationToken.None)).IsNew;
            return true;
        });
        if (!known)
        {
            errors.Add("workflow", $"workflow is '{workflow}', which there is none of.");
            return errors.ToResult();
        }

        var view = ScheduleView.Of((await schedules.FindAsync(name, CancellationToken.None))!);
        if (isNew)
        {
            context.Response.Headers.Location = $"{ScheduleEndpoints.Path}/{name}";
        }

        return Results.Json(view, ScheduleJson.Default.ScheduleView, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    public async Task<IResult> DeleteAsync(string name, HttpContext context) => RefuseName(name)
        ?? (await DoAsync(context, AuditActions.DeleteSchedule, name, async connection =>
        {
            await using var command = new NpgsqlCommand("delete from schedules where name = $1", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            return await command.ExecuteNonQueryAsync() == 1;
        })
            ? Results.NoContent()
            : ScheduleEndpoints.NotFound(name));

    public async Task<IResult> PauseAsync(string name, bool paused, HttpContext context) => RefuseName(name)
        ?? (await DoAsync(
            context, paused ? AuditActions.PauseSchedule : AuditActions.ResumeSchedule, name,
            connection => schedules.PauseAsync(connection, name, paused, CancellationToken.None))
            && await schedules.FindAsync(name, CancellationToken.None) is { } schedule
                ? Results.Json(ScheduleView.Of(schedule), ScheduleJson.Default.ScheduleView)
                : ScheduleEndpoints.NotFound(name));

    public async Task<IResult> TriggerAsync(string name, HttpContext context)
    {
        if (RefuseName(name) is { } refusal)
        {
            return refusal;
        }

        if (await schedules.FindAsync(name, context.RequestAborted) is not { } schedule)
        {
            return ScheduleEndpoints.NotFound(name);
        }

        var (run, reason) = await firing.TriggerAsync(schedule, Activity.Current?.Id, CancellationToken.None);
        if (run is not { } id)
        {
            return Results.Problem(reason, statusCode: StatusCodes.Status409Conflict);
        }

        await DoAsync(context, AuditActions.TriggerSchedule, name, _ => Task.FromResult(true));
        context.Response.Headers.Location = $"{RunEndpoints.Path}/{id}";
        return Results.Json(new TriggerAnswer(id), ScheduleJson.Default.TriggerAnswer, statusCode: StatusCodes.Status202Accepted);
    }

    public static IResult? RefuseName(string name)
    {
        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(name, errors, "schedule");
        return errors.Any ? errors.ToResult() : null;
    }

    private static (string? Workflow, ScheduleDefinition? Definition) Read(JsonElement root, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object || !JsonText.IsValid(root))
        {
            errors.Add("$", "The body must be a JSON object of valid Unicode text.");
            return default;
        }

        var fields = new JsonFields(root, errors);
        var workflow = fields.Text("workflow", 100);
        if (workflow is null && !errors.Any)
        {
            errors.Add("workflow", "workflow is required: the name of a workflow.");
        }

        var wrong = new List<DefinitionError>();
        var definition = ScheduleParser.Read(root, "", wrong);
        wrong.ForEach(w => errors.Add(w.Field, w.Message));
        return (workflow, definition);
    }

    private async Task<bool> DoAsync(HttpContext context, string action, string name, Func<NpgsqlConnection, Task<bool>> work)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        var done = await work(connection);
        if (done)
        {
            await AuditLog.AddAsync(transaction, Actor.Of(context), time.GetUtcNow(), [new AuditEntry(action, name)], CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }

        return done;
    }
}

using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Schedules;
using AsyncStack.Core.Workflows.Definition;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Workflows;

/// <summary>Workflows: graphs of steps, each a job.</summary>
internal static class WorkflowEndpoints
{
    public const string Path = "/api/v1/workflows";
    private const string NameMeaning = "The workflow's name: 1 to 100 letters, digits, `_` and `-`.";
    private const string ExampleBody = """
        {
          "steps": [
            {"id": "greet", "job_type": "echo", "params": {"text": "Hello {{input.name}}"}},
            {"id": "tell", "job_type": "echo", "depends_on": ["greet"], "params": {"told": "{{steps.greet.result.text}}"}}
          ]
        }
        """;

    private const string Example = $$"""
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "name": "greeting", "version": 1, "definition": {{ExampleBody}},
          "created_at": "2030-01-31T12:00:00Z", "updated_at": "2030-01-31T12:00:00Z"
        }
        """;

    private const string ExampleSummary = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "name": "greeting", "version": 1, "description": null, "steps": 2, "active_runs": 0,
          "recent_runs": [{
            "id": "0192f0c4-0000-7000-8000-000000000002", "state": "completed", "started_at": "2030-01-31T12:00:00Z", "finished_at": "2030-01-31T12:00:01Z"
          }],
          "next_run_at": null, "created_at": "2030-01-31T12:00:00Z", "updated_at": "2030-01-31T12:00:00Z"
        }
        """;

    public static void MapWorkflows(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup(Path).WithTags("Workflows");
        all.MapGet("", ListAsync).Describe("ListWorkflows", "Lists workflows with what they did last", o => o
            .Query("name", "Only workflows whose name has this in it, in capitals or not.", Schemas.Text(100))
            .Lists<WorkflowSummary>("The workflows.", $"[{ExampleSummary}]"));
        MapWorkflow(all.MapGroup("/{workflow}"));
        app.MapRuns();
        app.MapBackfills();
        app.MapPools();
        app.MapSchedules();
    }

    private static void MapWorkflow(RouteGroupBuilder one)
    {
        one.MapPut("", PutAsync).ByActor().Describe("PutWorkflow", "Makes a workflow, or a new version of it", o => o
            .Says("A version never changes: runs go on by the one they began with. A definition that is the current one adds none. See `docs/workflows.md` for what a step may be.")
            .Path("workflow", NameMeaning, Schemas.Text(100))
            .Takes<WorkflowBody>(ExampleBody)
            .Acted()
            .Answers<WorkflowView>(200, "The current version.", Example)
            .Answers<WorkflowView>(201, "The workflow is new.", Example).With("Location", "The workflow.")
            .Refuses(422, "The definition is wrong; `errors` names the fields, and the messages the steps.")
            .Refuses(503));
        one.MapPost("/validate", ValidateAsync).Describe("ValidateWorkflow", "Checks a definition, and keeps nothing", o => o
            .Path("workflow", NameMeaning, Schemas.Text(100))
            .Takes<WorkflowBody>(ExampleBody)
            .Answers<ValidationView>(200, "Whether it would be taken, or what is wrong with it.", """
                {"valid": false, "errors": [{"field": "steps[1].depends_on", "step": "tell", "message": "Step 'tell': depends_on names 'great', which is no step."}], "next_runs": []}
                """)
            .Refuses(422, 503));
        one.MapGet("", GetAsync).Describe("GetWorkflow", "A workflow in its current version, or another", o => o
            .Path("workflow", NameMeaning, Schemas.Text(100))
            .Query("version", "A version; the current one when it is left out.", Schemas.Integer(1))
            .Answers<WorkflowView>(200, "The workflow.", Example)
            .Refuses(404, 422, 503));
        one.MapGet("/versions", VersionsAsync).Describe("ListWorkflowVersions", "Versions of a workflow, newest first", o => o
            .Path("workflow", NameMeaning, Schemas.Text(100))
            .Lists<WorkflowView>("The versions.", $"[{Example}]")
            .Refuses(404));
        one.MapRunsOf();
    }

    private static async Task<IResult> PutAsync(string workflow, HttpContext context, WorkflowStore store, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var definition = WorkflowCheck.Read(workflow, body.Root, errors);

        // Not the request's token: once the commit is under way, its answer must be known.
        if (errors.Any || await store.PutAsync(workflow, body.Root, definition!, Actor.Of(context), errors, CancellationToken.None) is not var (view, isNew))
        {
            return errors.ToResult();
        }

        if (!isNew)
        {
            return Results.Json(view, WorkflowJson.Default.WorkflowView);
        }

        context.Response.Headers.Location = $"{Path}/{workflow}";
        return Results.Json(view, WorkflowJson.Default.WorkflowView, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ValidateAsync(string workflow, HttpContext context, WorkflowStore store, TimeProvider time, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var definition = WorkflowCheck.Read(workflow, body.Root, errors);
        if (definition is not null)
        {
            await store.CheckPoolsAsync(definition, errors, context.RequestAborted);
        }

        return Results.Json(WorkflowCheck.Describe(body.Root, definition, errors, time.GetUtcNow()), WorkflowJson.Default.ValidationView);
    }

    private static async Task<IResult> ListAsync(HttpContext context, WorkflowList workflows)
    {
        var errors = new FieldErrors();
        var (page, name) = (Paging.Read(context.Request, errors), context.Request.QueryText("name"));
        errors.CheckText("name", name);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(page.Cut(await workflows.ReadAsync(name, page, context.RequestAborted), w => w.Id, context), WorkflowJson.Default.ListWorkflowSummary);
    }

    private static async Task<IResult> GetAsync(string workflow, HttpContext context, WorkflowStore store)
    {
        var errors = new FieldErrors();
        CheckName(workflow, errors);
        var version = context.Request.QueryNumber("version", 1, int.MaxValue, errors);
        return errors.Any ? errors.ToResult()
            : await store.FindAsync(workflow, version, context.RequestAborted) is { } view ? Results.Json(view, WorkflowJson.Default.WorkflowView)
            : RunIntake.NotFound(workflow, version);
    }

    private static async Task<IResult> VersionsAsync(string workflow, HttpContext context, WorkflowStore store)
    {
        var errors = new FieldErrors();
        CheckName(workflow, errors);
        var page = Paging.Read(context.Request, errors);
        return errors.Any ? errors.ToResult()
            : await store.VersionsAsync(workflow, page, context.RequestAborted) is { } versions
                ? Results.Json(page.Cut(versions, v => Paging.Place(v.Version), context), WorkflowJson.Default.ListWorkflowView)
            : RunIntake.NotFound(workflow);
    }

    /// <summary>Puts down what is wrong with the name of a workflow, a schedule or a pool.</summary>
    public static void CheckName(string name, FieldErrors errors, string field = "workflow")
    {
        if (!DefinitionParser.IsName(name))
        {
            errors.Add(field, $"{field} is '{name}'; it must have 1 to 100 letters, digits, _ and -.");
        }
    }
}

using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using Microsoft.Extensions.Options;

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

    public static void MapBackfillsOf(this RouteGroupBuilder workflow)
    {
        workflow.MapPost("/backfills", PostAsync).ByActor().Describe("StartBackfill", "Starts a run for each time of a period", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Takes<BackfillBody>("""{"from": "2030-01-01T00:00:00Z", "to": "2030-01-31T00:00:00Z", "cron": "0 6 * * *", "parallelism": 2}""")
            .Acted()
            .Answers<BackfillView>(202, "The runs are committed.", Example).With("Location", "The backfill.")
            .Refuses(404, "There is no such workflow.")
            .Refuses(503));
        workflow.MapGet("/backfills", ListAsync).Describe("ListBackfills", "Lists backfills of a workflow", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Lists<BackfillView>("The backfills.", $"[{Example}]")
            .Refuses(404));
    }

    public static void MapBackfills(this IEndpointRouteBuilder app)
    {
        var one = app.MapGroup("/api/v1/backfills/{id:guid}").WithTags("Runs");
        one.MapGet("", GetAsync).Describe("GetBackfill", "A backfill, and how far it is", o => o
            .Answers<BackfillView>(200, "The backfill.", Example)
            .Refuses(404, 503));
        one.MapPost("/cancel", CancelAsync).ByActor().Describe("CancelBackfill", "Stops the runs of a backfill that have not ended", o => o
            .Acted()
            .Answers<BackfillView>(200, "They are canceled.", Example)
            .Refuses(404, 503));
    }

    private static async Task<IResult> PostAsync(string workflow, HttpContext context, Backfills backfills, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? await backfills.StartAsync(workflow, body.Root, context);
    }

    private static async Task<IResult> ListAsync(string workflow, HttpContext context, WorkflowStore workflows, BackfillViews backfills)
    {
        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(workflow, errors);
        var page = Paging.Read(context.Request, errors);
        return errors.Any ? errors.ToResult()
            : await workflows.IsKnownAsync(workflow, context.RequestAborted)
                ? Results.Json(page.Cut(await backfills.ListAsync(workflow, page, context.RequestAborted), b => b.Id, context), WorkflowJson.Default.ListBackfillView)
            : RunIntake.NotFound(workflow);
    }

    private static async Task<IResult> GetAsync(Guid id, BackfillViews backfills, CancellationToken cancellationToken) =>
        await backfills.FindAsync(id, cancellationToken) is { } view
            ? Results.Json(view, WorkflowJson.Default.BackfillView)
            : Results.Problem($"There is no backfill '{id}'.", statusCode: StatusCodes.Status404NotFound);

    private static async Task<IResult> CancelAsync(Guid id, HttpContext context, Backfills backfills, BackfillViews views)
    {
        await backfills.CancelAsync(id, Actor.Of(context));
        return await GetAsync(id, views, CancellationToken.None);
    }
}

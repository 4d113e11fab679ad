using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Running;

namespace AsyncStack.Api.Workflows;

/// <summary>Lists of runs, with their steps if asked for, or live.</summary>
internal static class RunListEndpoints
{
    private const string Row = $$"""
        {
          "run": {{RunEndpoints.Example}},
          "steps": [{
            "id": "greet", "state": "completed", "round": 1, "total": 1, "running": 0, "completed": 1, "failed": 0, "canceled": 0, "error_message": null,
            "started_at": "2030-01-31T12:00:00Z", "finished_at": "2030-01-31T12:00:00Z"
          }]
        }
        """;

    public static void MapRunListsOf(this RouteGroupBuilder workflow)
    {
        workflow.MapGet("/runs", ListOfAsync).Describe("ListRunsOfWorkflow", "Lists runs of a workflow", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Query("state", "Only runs in this state.", Schemas.OneOf(RunState.All))
            .Lists<RunSummary>("The runs.", $"[{RunEndpoints.Example}]")
            .Refuses(404));
        workflow.MapGet("/grid", GridAsync).Describe("GetWorkflowGrid", "Runs of a workflow, each with how its steps stand", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Query("state", "Only runs in this state.", Schemas.OneOf(RunState.All))
            .Lists<RunGridRow>("The runs. Those of different versions may have different steps.", $"[{Row}]")
            .Refuses(404));
    }

    public static void MapRunList(this RouteGroupBuilder runs) => runs.MapGet("", ListAsync).Describe("ListRuns", "Lists runs of all workflows, or tells of them live", o => o
        .Says("""
            With `Accept: text/event-stream` each run that is made, begins or ends is told of as an event `run` with the run as it is then. An event
            `refresh` says that some are not known: read the list again. Open the stream first and read the list then, and nothing is missed.
            """)
        .Query("workflow", "Only runs of this workflow.", Schemas.Text(100))
        .Query("state", "Only runs in this state.", Schemas.OneOf(RunState.All))
        .Query("backfill_id", "Only runs of this backfill.", Schemas.Uuid())
        .Query("schedule", "Only runs of this schedule.", Schemas.Text(100))
        .Query("parent_run_id", "Only runs that are steps of this run.", Schemas.Uuid())
        .Lists<RunSummary>("The runs.", $"[{RunEndpoints.Example}]").As("text/event-stream", 200));

    private static Task<IResult> ListOfAsync(string workflow, HttpContext context, RunViews runs, WorkflowStore workflows) => ReadAsync(
        workflow, context,
        async (filter, page) => await workflows.IsKnownAsync(workflow, context.RequestAborted)
            ? Results.Json(page.Cut(await runs.ListAsync(filter, page, context.RequestAborted), r => r.Id, context), WorkflowJson.Default.ListRunSummary)
            : RunIntake.NotFound(workflow));

    private static Task<IResult> GridAsync(string workflow, HttpContext context, RunViews runs, WorkflowStore workflows) => ReadAsync(
        workflow, context,
        async (filter, page) =>
        {
            if (!await workflows.IsKnownAsync(workflow, context.RequestAborted))
            {
                return RunIntake.NotFound(workflow);
            }

            var found = page.Cut(await runs.ListAsync(filter, page, context.RequestAborted), r => r.Id, context);
            return Results.Json(await runs.WithStepsAsync(found, context.RequestAborted), WorkflowJson.Default.ListRunGridRow);
        });

    private static Task<IResult> ListAsync(HttpContext context, RunViews runs, RunStreams streams) => ReadAsync(
        context.Request.QueryText("workflow"), context,
        async (filter, page) => EventStream.IsWanted(context.Request)
            ? await streams.FollowAsync(filter, context)
            : Results.Json(page.Cut(await runs.ListAsync(filter, page, context.RequestAborted), r => r.Id, context), WorkflowJson.Default.ListRunSummary));

    private static async Task<IResult> ReadAsync(string? workflow, HttpContext context, Func<RunFilter, Paging, Task<IResult>> answer)
    {
        var errors = new FieldErrors();
        var page = Paging.Read(context.Request, errors);
        if (workflow is not null)
        {
            WorkflowEndpoints.CheckName(workflow, errors);
        }

        var (state, schedule) = (context.Request.QueryText("state"), context.Request.QueryText("schedule"));
        if (state is not null && !RunState.All.Contains(state))
        {
            errors.Add("state", $"state is '{state}'; it must be one of {string.Join(", ", RunState.All)}.");
        }

        errors.CheckText("schedule", schedule);
        var filter = new RunFilter(workflow, state, context.Request.QueryId("backfill_id", errors), schedule, context.Request.QueryId("parent_run_id", errors));
        return errors.Any ? errors.ToResult() : await answer(filter, page);
    }
}

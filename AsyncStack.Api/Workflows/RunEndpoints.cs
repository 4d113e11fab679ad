using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Running;

namespace AsyncStack.Api.Workflows;

/// <summary>Runs of workflows: started, looked at, signaled, stopped and run again.</summary>
internal static class RunEndpoints
{
    public const string Path = "/api/v1/runs";
    public const string Example = """
        {
          "id": "0192f0c4-0000-7000-8000-000000000001", "workflow": "greeting", "version": 1, "state": "running",
          "correlation_id": "0192f0c4-0000-7000-8000-000000000001", "parent_run_id": null, "schedule": null, "scheduled_at": null, "backfill_id": null,
          "error_message": null, "created_at": "2030-01-31T12:00:00Z", "started_at": "2030-01-31T12:00:00Z", "finished_at": null
        }
        """;

    public static void MapRunsOf(this RouteGroupBuilder workflow)
    {
        workflow.MapPost("/runs", StartAsync).Describe("StartRun", "Starts a run", o => o
            .Path("workflow", "The workflow's name.", Schemas.Text(100))
            .Takes<RunBody>("""{"input": {"name": "Ada"}}""")
            .Keyed()
            .Answers<RunSummary>(202, "The run is committed.", Example).With("Location", "The run.")
            .Refuses(404, "There is no such workflow, or no such version of it.")
            .Refuses(503));
        workflow.MapRunListsOf();
        workflow.MapBackfillsOf();
    }

    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup(Path).WithTags("Runs");
        runs.MapRunList();
        MapRun(runs.MapGroup("/{id:guid}"));
    }

    private static void MapRun(RouteGroupBuilder run)
    {
        run.MapGet("", GetAsync).Describe("GetRun", "A run with its graph, live if asked for", o => o
            .Says("""
                With `Accept: text/event-stream` events `step` tell how each step stands, as `GET …/grid` does, and `run` how the run does: first all of them, then
                what changes, until the run ends.
                """)
            .Answers<RunView>(200, "The run.").As("text/event-stream")
            .Answers(204, "The stream is asked for, and the run has ended with nothing new: do not come again.")
            .Refuses(404, 503));
        run.MapGet("/steps/{step}", StepAsync).Describe("GetRunStep", "The jobs of a step, in all its rounds", o => o
            .Path("step", "The step's id.", Schemas.Text(100))
            .Query("from_index", "Only items from this place on.", Schemas.Integer(0))
            .Answers<List<StepJobView>>(200, "The jobs with their attempts, newest round first, at most a thousand.")
            .Refuses(404, 422, 503));
        run.MapPost("/cancel", CancelAsync).ByActor().Describe("CancelRun", "Stops a run and the runs below it", o => o
            .Acted()
            .Answers<StatusAnswer>(200, "It is canceled; running jobs stop within a second.", """{"status": "Cancelled"}""")
            .Refuses(404, "There is no such run.")
            .Refuses(409, "It has ended.")
            .Refuses(503));
        run.MapPost("/rerun", RerunAsync).ByActor().Describe("RerunRun", "Runs a step and all that depend on it again", o => o
            .Says("The run, which may have ended, goes on with a new round of these steps. Without `from`, every step that did not complete is run again.")
            .Takes<RerunBody>("""{"from": "greet"}""")
            .Acted()
            .Answers<RunView>(202, "The steps are run again.").With("Location", "The run.")
            .Refuses(404, "There is no such run, or it has no such step.")
            .Refuses(409, "It has not begun, is a step of another run, or one of the steps runs now.")
            .Refuses(422, 503));
        run.MapPost("/steps/{step}/clear", ClearAsync).ByActor().Describe("ClearRunStep", "Runs a failed step again, and those it kept from running", o => o
            .Path("step", "The step's id.", Schemas.Text(100))
            .Acted()
            .Answers<RunView>(202, "The step is run again.").With("Location", "The run.")
            .Refuses(404, "There is no such run, or it has no such step.")
            .Refuses(409, "The step has not failed, or the run cannot go on with it.")
            .Refuses(422, 503));
        run.MapPost("/signals/{signal}", SignalAsync).ByActor().Describe("SignalRun", "Gives a run a signal for which a step waits, or will", o => o
            .Path("signal", "The signal's name.", Schemas.Text(100))
            .Takes<JsonElement>("""{"approved": true}""")
            .Acted()
            .Answers<StatusAnswer>(202, "It is kept for the run, and is the result of the steps that wait for it.", """{"status": "Signaled"}""")
            .Refuses(404, "There is no such run.")
            .Refuses(409, "The run has ended, or has this signal already.")
            .Refuses(422, 503));
        run.MapGet("/logs", RunLogs.GetAsync).Describe("GetRunLogs", "What the steps of a run logged, live if asked for", o => o
            .Says("With `Accept: text/event-stream` lines come as they are logged until the run ends.")
            .Query("step", "Only lines of this step.", Schemas.Text(100))
            .Query("job_id", "Only lines of this job.", Schemas.Uuid())
            .Query("after", "Only lines with a greater number.", Schemas.Integer(0))
            .Header("Last-Event-ID", "Only lines after this one, for a stream that is taken up again.", Schemas.Integer(0))
            .Answers<List<StepLogView>>(200, "The lines, the oldest first, at most a thousand.").As("text/event-stream")
            .Answers(204, "The stream is asked for, and the run has ended with nothing new: do not come again.")
            .Refuses(404, 422, 503));
    }

    private static Task<IResult> StartAsync(string workflow, HttpContext context, RunIntake intake)
    {
        var errors = new FieldErrors();
        WorkflowEndpoints.CheckName(workflow, errors);
        return errors.Any
            ? Task.FromResult(errors.ToResult())
            : intake.StartAsync(context, $"POST {WorkflowEndpoints.Path}/{workflow}/runs", (root, options, e) => RunRequest.Read(workflow, root, options, e), Answer);
    }

    private static JobAnswer Answer(NewRun run)
    {
        var view = new RunSummary(run.Id, run.Workflow, run.Version, RunState.Queued, run.CorrelationId!, null, null, null, null, null, Time(run.Id), null, null);
        return new JobAnswer(StatusCodes.Status202Accepted, $"{Path}/{run.Id}", JsonSerializer.Serialize(view, WorkflowJson.Default.RunSummary));
    }

    private static DateTimeOffset Time(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.ToString("N")[..12], 16));

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, RunViews runs, RunStreams streams) =>
        EventStream.IsWanted(context.Request) ? await streams.FollowAsync(id, context)
        : await runs.FindAsync(id, context.RequestAborted) is { } run ? Results.Json(run, WorkflowJson.Default.RunView)
        : NotFound(id);

    private static async Task<IResult> StepAsync(Guid id, string step, HttpContext context, RunViews runs, StepJobs jobs)
    {
        var errors = new FieldErrors();
        var from = context.Request.QueryNumber("from_index", 0, int.MaxValue, errors) ?? 0;
        if (errors.Any)
        {
            return errors.ToResult();
        }

        return await runs.FindProgressAsync(id, context.RequestAborted) is not { } run ? NotFound(id)
            : run.Steps.Any(s => s.Id == step) ? Results.Json(await jobs.ReadAsync(id, step, from, context.RequestAborted), WorkflowJson.Default.ListStepJobView)
            : NoStep(id, step);
    }

    private static async Task<IResult> CancelAsync(Guid id, RunViews runs, JobCommands commands, HttpContext context)
    {
        if (await runs.FindAsync(id, context.RequestAborted) is null)
        {
            return NotFound(id);
        }

        return await commands.CancelAsync(id, Actor.Of(context), context.RequestAborted) switch
        {
            null => NotFound(id),
            { Done: true } => Results.Json(new StatusAnswer("Cancelled"), JobsJson.Default.StatusAnswer),
            { State: var state } => Results.Problem($"Run '{id}' has {state} already; only a run that has not ended can be canceled.", statusCode: StatusCodes.Status409Conflict),
        };
    }

    private static Task<IResult> RerunAsync(Guid id, HttpContext context, RunCommands commands) => commands.RerunAsync(id, context);

    private static Task<IResult> ClearAsync(Guid id, string step, HttpContext context, RunCommands commands) => commands.ClearAsync(id, step, context);

    private static Task<IResult> SignalAsync(Guid id, string signal, HttpContext context, RunCommands commands) => commands.SignalAsync(id, signal, context);

    public static IResult NotFound(Guid id) => Results.Problem($"There is no run '{id}'.", statusCode: StatusCodes.Status404NotFound);

    public static IResult NoStep(Guid id, string step) => Results.Problem($"Run '{id}' has no step '{step}'.", statusCode: StatusCodes.Status404NotFound);
}

using System.Globalization;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs.Events;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>Jobs on datasets, and what can be seen of and done to any job.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        app.MapPost("/jobs", SubmitAsync).WithName("SubmitJob");
        app.MapGet("/jobs", ListAsync).WithName("ListJobs");
        var jobs = app.MapGroup("/jobs/{id:guid}");
        jobs.MapGet("", GetAsync).WithName("GetJob");
        jobs.MapGet("/result", JobResults.GetAsync).WithName("GetJobResult");
        jobs.MapPost("/cancel", CancelAsync).ByActor().WithName("CancelJob");
        jobs.MapPost("/retry", RetryAsync).ByActor().WithName("RetryJob");
        jobs.MapGet("/events", EventsAsync).WithName("GetJobEvents");
    }

    private static Task<IResult> SubmitAsync(HttpContext context, JobIntake intake) =>
        intake.SubmitAsync(context, "POST /jobs", DatasetJobRequest.Read, static job =>
        {
            using var payload = JsonDocument.Parse(job.Payload);
            var view = new JobView(
                job.Id, job.DatasetIds[0], job.JobType, "pending", payload.RootElement.GetProperty("params").GetRawText(),
                null, null, job.CreatedAt, null, null, 0, 0);
            return new JobAnswer(StatusCodes.Status201Created, $"/jobs/{job.Id}", JsonSerializer.Serialize(view, JobsJson.Default.JobView));
        });

    private static async Task<IResult> ListAsync(HttpContext context, JobViews jobs)
    {
        var errors = new FieldErrors();
        var paging = Paging.Read(context.Request, errors);
        var filter = JobFilter.Read(context.Request, errors);
        return errors.Any
            ? errors.ToResult()
            : Results.Json(
                paging.Cut(await jobs.ListAsync(filter, paging, context.RequestAborted), j => j.Id, context), JobsJson.Default.ListJobView);
    }

    private static async Task<IResult> GetAsync(Guid id, JobViews jobs, CancellationToken cancellationToken) =>
        await jobs.FindAsync(id, cancellationToken) is { } job ? Results.Json(job, JobsJson.Default.JobView) : NotFound(id);

    private static async Task<IResult> CancelAsync(Guid id, JobCommands commands, HttpContext context) =>
        await commands.CancelAsync(id, Actor.Of(context), context.RequestAborted) switch
        {
            null => NotFound(id),
            { Done: true } => Results.Json(new StatusAnswer("Cancelled"), JobsJson.Default.StatusAnswer),
            { State: var state } => Results.Problem(
                $"Job '{id}' has {state} already; only a job that has not ended can be canceled.", statusCode: StatusCodes.Status409Conflict),
        };

    private static async Task<IResult> RetryAsync(Guid id, JobCommands commands, JobViews jobs, HttpContext context)
    {
        switch (await commands.RetryAsync(id, Actor.Of(context), context.RequestAborted))
        {
            case null:
                return NotFound(id);
            case { Done: true }:
                context.Response.Headers.Location = $"/jobs/{id}";
                return Results.Json(
                    await jobs.FindAsync(id, context.RequestAborted), JobsJson.Default.JobView, statusCode: StatusCodes.Status202Accepted);
            case { State: var state }:
                return Results.Problem(
                    $"Job '{id}' is {JobState.ToPublic(state)}; only a failed or canceled job can be run again.",
                    statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static async Task<IResult> EventsAsync(Guid id, JobHistory history, JobEventStreams streams, HttpContext context)
    {
        if (!WantsStream(context.Request))
        {
            return await history.ReadAsync(id, after: 0, context.RequestAborted) is { } moment
                ? Results.Json(moment.Events, JobEventsJson.Default.ListJobEventView)
                : NotFound(id);
        }

        var errors = new FieldErrors();
        var lastId = ReadLastEventId(context.Request, errors);
        return errors.Any ? errors.ToResult() : await streams.StreamAsync(id, lastId, context);
    }

    private static bool WantsStream(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);

    private static long ReadLastEventId(HttpRequest request, FieldErrors errors)
    {
        var text = request.Headers["Last-Event-ID"].ToString();
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || text.Length == 0)
        {
            return id;
        }

        errors.Add("Last-Event-ID", $"Last-Event-ID is '{text}'; send the id of an event of this job, or leave it out to have all.");
        return 0;
    }

    public static IResult NotFound(Guid id) =>
        Results.Problem($"There is no job '{id}'.", statusCode: StatusCodes.Status404NotFound);
}

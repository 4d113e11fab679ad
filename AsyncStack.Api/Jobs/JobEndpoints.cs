using System.Globalization;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Audit;
using AsyncStack.Api.Jobs.Events;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>Jobs on datasets, and what can be seen of and done to any job.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/jobs").WithTags("Jobs");
        all.MapPost("", SubmitAsync).Describe("SubmitJob", "Submits a job on a dataset", o => o
            .Takes<JobBody>("""
                {"dataset_id": "0192f0c4-0000-7000-8000-000000000001", "job_type": "metrics", "params": {"metrics": ["rows", "profile"]}}
                """)
            .Keyed()
            .Answers<JobView>(201, "The job is committed.").With("Location", "The job.")
            .Refuses(404, "dataset_id names no dataset.")
            .Refuses(409, "The correlation_id is taken, the dataset is not ready, or a request with the same Idempotency-Key is in flight.")
            .Refuses(503));
        all.MapGet("", ListAsync).Describe("ListJobs", "Lists jobs of all kinds", o => o
            .Query("status", "Only jobs in this state.", Schemas.OneOf(JobFilter.Statuses))
            .Query("job_type", "Only jobs of this type.", Schemas.Text())
            .Query("dataset_id", "Only jobs on this dataset.", Schemas.Uuid())
            .Query("created_after", "Only jobs that were accepted later than this.", Schemas.Time())
            .Query("created_before", "Only jobs that were accepted earlier than this.", Schemas.Time())
            .Query("order", "Which come first; the newest when it is left out.", Schemas.OneOf(JobFilter.Orders))
            .Lists<JobView>("The jobs.", "[]"));
        MapJob(all.MapGroup("/{id:guid}"));
    }

    private static void MapJob(RouteGroupBuilder job)
    {
        job.MapGet("", GetAsync).Describe("GetJob", "A job", o => o
            .Answers<JobView>(200, "The job.")
            .Refuses(404, 503));
        job.MapGet("/result", JobResults.GetAsync).Describe("GetJobResult", "Where a job's result is to be had", o => o
            .Answers<JobResult>(200, "The result or its address.", """
                {"result_uri": "s3://job-results/0192f0c4/metrics.json", "download_url": "https://api.example.com/api/v1/files/job-results/0192f0c4/metrics.json"}
                """)
            .Refuses(404, "There is no such job, or it has completed without a result.")
            .Refuses(409, "The job has not completed.")
            .Refuses(503));
        job.MapPost("/cancel", CancelAsync).ByActor().Describe("CancelJob", "Stops a job that has not ended", o => o
            .Acted()
            .Answers<StatusAnswer>(200, "It is canceled; a running one stops within a second.", """{"status": "Cancelled"}""")
            .Refuses(409, "It has ended.")
            .Refuses(404, 503));
        job.MapPost("/retry", RetryAsync).ByActor().Describe("RetryJob", "Runs a failed or canceled job again", o => o
            .Acted()
            .Answers<JobView>(202, "It is queued.").With("Location", "The job.")
            .Refuses(409, "It has neither failed nor been canceled.")
            .Refuses(404, 503));
        job.MapGet("/events", EventsAsync).Describe("GetJobEvents", "A job's history, live if asked for", o => o
            .Says("With `Accept: text/event-stream` the events come as they happen until the job ends; `progress` events tell how far it is.")
            .Header("Last-Event-ID", "Only events after this one, for a stream that is taken up again.", Schemas.Integer(0))
            .Answers<List<JobEventView>>(200, "The events, the oldest first.").As("text/event-stream")
            .Answers(204, "The stream is asked for, and the job has ended with nothing new: do not come again.")
            .Refuses(404, 422, 503));
    }

    private static Task<IResult> SubmitAsync(HttpContext context, JobIntake intake) =>
        intake.SubmitAsync(context, "POST /jobs", DatasetJobRequest.Read, static job =>
        {
            using var payload = JsonDocument.Parse(job.Payload);
            var view = new JobView(
                job.Id, job.DatasetIds[0], job.JobType, "pending", payload.RootElement.GetProperty("params").GetRawText(),
                null, null, job.CreatedAt, null, null, 0, 0, job.CorrelationId, job.Priority, job.MaxAttempts, job.RunAt, job.CallbackUrl,
                job.TraceParent?.Split('-')[1]);
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
                    $"Job '{id}' is {JobState.ToPublic(state)}; only a failed or canceled job can be run again, and one of a workflow only by its run.",
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

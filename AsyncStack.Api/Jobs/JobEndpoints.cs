using System.Globalization;
using AsyncStack.Api.Jobs.Events;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>What can be done to any job once it was accepted.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/jobs/{id:guid}");
        jobs.MapPost("/cancel", CancelAsync).WithName("CancelJob");
        jobs.MapPost("/retry", RetryAsync).WithName("RetryJob");
        jobs.MapGet("/events", EventsAsync).WithName("GetJobEvents");
    }

    private static async Task<IResult> CancelAsync(Guid id, JobCommands commands, CancellationToken cancellationToken) =>
        await commands.CancelAsync(id, cancellationToken) switch
        {
            null => NotFound(id),
            (_, true) => Results.Json(new StatusAnswer("Cancelled"), JobsJson.Default.StatusAnswer),
            var (state, _) => Results.Problem(
                $"Job '{id}' has {state} already; only a job that has not ended can be canceled.", statusCode: StatusCodes.Status409Conflict),
        };

    private static async Task<IResult> RetryAsync(
        Guid id, JobCommands commands, JobReader reader, HttpResponse response, CancellationToken cancellationToken)
    {
        switch (await commands.RetryAsync(id, cancellationToken))
        {
            case null:
                return NotFound(id);
            case (_, true):
                var job = await reader.FindAsync(id, cancellationToken);
                response.Headers.Location = "/api/process/" + Uri.EscapeDataString(job!.CorrelationId);
                return Results.Json(job, JobJson.Default.Job, statusCode: StatusCodes.Status202Accepted);
            case var (state, _):
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

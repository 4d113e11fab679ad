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

    private static async Task<IResult> EventsAsync(Guid id, JobHistory history, CancellationToken cancellationToken) =>
        await history.ReadAsync(id, cancellationToken) is { Count: > 0 } events
            ? Results.Json(events, JobsJson.Default.ListJobEventView)
            : NotFound(id);

    private static IResult NotFound(Guid id) =>
        Results.Problem($"There is no job '{id}'.", statusCode: StatusCodes.Status404NotFound);
}

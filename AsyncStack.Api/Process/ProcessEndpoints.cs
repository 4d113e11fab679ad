using AsyncStack.Api.Accepting;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Process;

/// <summary>Submit a job, be called back at its end.</summary>
internal static class ProcessEndpoints
{
    public static void MapProcess(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/process", SubmitAsync).WithName("SubmitProcess");
        app.MapGet("/api/process/{correlation_id}", GetAsync).WithName("GetProcess");
    }

    private static Task<IResult> SubmitAsync(HttpContext context, JobIntake intake) =>
        intake.SubmitAsync(context, "POST /api/process", ProcessRequest.Read, job =>
        {
            var path = "/api/process/" + Uri.EscapeDataString(job.CorrelationId);
            var url = $"{context.Request.Scheme}://{context.Request.Host}{path}";
            return new JobAnswer(StatusCodes.Status202Accepted, path, ProcessAnswer.Write(job.CorrelationId, job.Id, url));
        });

    private static async Task<IResult> GetAsync(string correlation_id, JobReader jobs, CancellationToken cancellationToken) =>
        await jobs.FindByCorrelationAsync(correlation_id, cancellationToken) is { } job
            ? Results.Json(job, JobJson.Default.Job)
            : Results.Problem($"No job has the correlation_id '{correlation_id}'.", statusCode: StatusCodes.Status404NotFound);
}

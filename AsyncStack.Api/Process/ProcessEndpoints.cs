using AsyncStack.Api.Accepting;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Workflows;
using AsyncStack.Core.Jobs;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Process;

/// <summary>Submit a job, be called back at its end.</summary>
internal static class ProcessEndpoints
{
    private const string Operation = "POST /api/process";

    public static void MapProcess(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/process", SubmitAsync).WithTags("Process").Describe("SubmitProcess", "Submits a job and names who is called back", o => o
            .Says("The callback is a `POST` signed by Standard Webhooks 1.0, repeated until it is taken. A job that was accepted is not lost.")
            .Takes<ProcessBody>("""{"callback_url": "https://example.com/hook", "payload": {"n": 1}, "priority": "high"}""")
            .Keyed()
            .Answers<ProcessAnswer>(202, "The job is committed.", """
                {
                  "correlation_id": "0192f0c4-0000-7000-8000-000000000001",
                  "job_id": "0192f0c4-0000-7000-8000-000000000001",
                  "status_url": "https://api.example.com/api/process/0192f0c4-0000-7000-8000-000000000001"
                }
                """).With("Location", "The job.")
            .Refuses(404, "payload.dataset_id names no dataset, or workflow no workflow.")
            .Refuses(409, "The correlation_id is taken, the dataset is not ready, or a request with the same Idempotency-Key is in flight.")
            .Refuses(422, 503));
        app.MapGet("/api/process/{correlation_id}", GetAsync).WithTags("Process").Describe("GetProcess", "The job of a correlation id", o => o
            .Path("correlation_id", "As it was given or answered.", Schemas.Text())
            .Answers<Job>(200, "The job.")
            .Refuses(404, 503));
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, JobIntake intake, RunIntake runs, IOptions<AcceptOptions> options)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? (ProcessRequest.IsRun(body.Root)
            ? await runs.StartAsync(context, Operation, body, ProcessRequest.ReadRun, run => Answer(run.CorrelationId!, run.Id, context.Request))
            : await intake.SubmitAsync(context, Operation, body, ProcessRequest.Read, job => Answer(job.CorrelationId, job.Id, context.Request)));
    }

    private static JobAnswer Answer(string correlationId, Guid jobId, HttpRequest request)
    {
        var path = "/api/process/" + Uri.EscapeDataString(correlationId);
        return new JobAnswer(StatusCodes.Status202Accepted, path, ProcessAnswer.Write(correlationId, jobId, $"{request.Scheme}://{request.Host}{path}"));
    }

    private static async Task<IResult> GetAsync(string correlation_id, JobReader jobs, CancellationToken cancellationToken) =>
        await jobs.FindByCorrelationAsync(correlation_id, cancellationToken) is { } job
            ? Results.Json(job, JobJson.Default.Job)
            : Results.Problem($"No job has the correlation_id '{correlation_id}'.", statusCode: StatusCodes.Status404NotFound);
}

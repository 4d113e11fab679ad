using System.Diagnostics;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Process;

/// <summary>Submit a job, be called back at its end.</summary>
internal static class ProcessEndpoints
{
    public static void MapProcess(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/process", SubmitAsync).WithName("SubmitProcess");
        app.MapGet("/api/process/{correlation_id}", GetAsync).WithName("GetProcess");
    }

    private static async Task<IResult> SubmitAsync(
        HttpContext context, JobAcceptor acceptor, IOptions<AcceptOptions> options, TimeProvider time)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        if (body.Refusal is not null)
        {
            return body.Refusal;
        }

        var errors = new FieldErrors();
        var request = ProcessRequest.Read(body.Root, options.Value, errors);
        var key = IdempotencyHeader.Read(context.Request, "POST /api/process", body.Bytes, errors);
        if (errors.Any || request is null)
        {
            return errors.ToResult();
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var correlationId = request.CorrelationId ?? id.ToString();
        var path = "/api/process/" + Uri.EscapeDataString(correlationId);
        var job = new Submission
        {
            Id = id,
            CorrelationId = correlationId,
            JobType = request.JobType,
            Payload = request.Payload,
            Priority = request.Priority,
            MaxAttempts = request.MaxAttempts,
            TimeoutSeconds = request.TimeoutSeconds,
            RunAt = request.RunAt > now ? request.RunAt : null,
            CallbackUrl = request.CallbackUrl,
            TraceParent = Activity.Current?.Id,
            Key = key,
            Location = path,
            Answer = ProcessAnswer.Write(correlationId, id, $"{context.Request.Scheme}://{context.Request.Host}{path}"),
        };
        return (await acceptor.AcceptAsync(job)).ToResult(job, context.Response);
    }

    private static async Task<IResult> GetAsync(string correlation_id, JobReader jobs, CancellationToken cancellationToken) =>
        await jobs.FindByCorrelationAsync(correlation_id, cancellationToken) is { } job
            ? Results.Json(job, JobJson.Default.Job)
            : Results.Problem($"No job has the correlation_id '{correlation_id}'.", statusCode: StatusCodes.Status404NotFound);
}

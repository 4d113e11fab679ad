using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Accepting;

/// <summary>What an accepted job is answered with.</summary>
/// <param name="Status">201 or 202.</param>
/// <param name="Location">Where the job is found.</param>
/// <param name="Body">JSON.</param>
internal readonly record struct JobAnswer(int Status, string Location, string Body);

/// <summary>Takes a job out of a request and commits it; every operation that submits jobs goes this way.</summary>
internal sealed class JobIntake(JobAcceptor acceptor, JobDatasets datasets, IOptions<AcceptOptions> options, TimeProvider time)
{
    /// <summary>Reads, checks and accepts.</summary>
    /// <param name="context">The request.</param>
    /// <param name="operation">What an <c>Idempotency-Key</c> is good for, such as <c>POST /task</c>.</param>
    /// <param name="read">Reads the body; puts down what is wrong, and may then answer null.</param>
    /// <param name="answer">The answer once the job is committed.</param>
    public async Task<IResult> SubmitAsync(
        HttpContext context,
        string operation,
        Func<JsonElement, AcceptOptions, FieldErrors, JobRequest?> read,
        Func<Submission, JobAnswer> answer)
    {
        var body = await JsonBody.ReadAsync(context.Request, options.Value.MaxBodyBytes, context.RequestAborted);
        return body.Refusal ?? await SubmitAsync(context, operation, body, read, answer);
    }

    /// <summary>The same with a body that was read.</summary>
    public async Task<IResult> SubmitAsync(
        HttpContext context,
        string operation,
        JsonBody body,
        Func<JsonElement, AcceptOptions, FieldErrors, JobRequest?> read,
        Func<Submission, JobAnswer> answer)
    {
        var errors = new FieldErrors();
        var request = read(body.Root, options.Value, errors);
        var key = IdempotencyHeader.Read(context.Request, operation, body.Bytes, errors);
        if (errors.Any || request is null)
        {
            return errors.ToResult();
        }

        var job = Submit(request, key);
        job = job with { Answer = answer(job) };
        var outcome = await datasets.RefuseAsync(request.Datasets, context.RequestAborted) is { } refusal
            ? await RefusedAsync(job, refusal, context.RequestAborted)
            : await acceptor.AcceptAsync(job);
        return outcome.ToResult(job, context.Response);
    }

    private Submission Submit(JobRequest request, IdempotencyKey? key)
    {
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return new Submission
        {
            Id = id,
            CorrelationId = request.Options.CorrelationId ?? id.ToString(),
            JobType = request.JobType,
            Payload = request.Payload,
            DatasetIds = [.. request.Datasets.Select(d => d.Id)],
            Priority = request.Options.Priority,
            MaxAttempts = request.Options.MaxAttempts,
            TimeoutSeconds = request.Options.TimeoutSeconds,
            RunAt = request.Options.RunAt > now ? request.Options.RunAt : null,
            CallbackUrl = request.Options.CallbackUrl,
            TraceParent = Activity.Current?.Id,
            Key = key,
            // As Postgres keeps it, so that the answer and the row say the same.
            CreatedAt = now.ToMicroseconds(),
        };
    }

    // What was accepted before under this key stays accepted, whatever became of its dataset since.
    private async Task<AcceptOutcome> RefusedAsync(Submission job, IResult refusal, CancellationToken cancellationToken) =>
        job.Key is { } key && await acceptor.FindAsync(key, cancellationToken) is { } earlier ? earlier : new AcceptOutcome.Refused(refusal);
}

using AsyncStack.Api.Audit;
using AsyncStack.Api.OpenApi;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs.Bulk;

/// <summary>Cancels jobs, and runs ended ones again, by filter.</summary>
internal static class BulkJobEndpoints
{
    private static readonly string[] Cancelable = [JobState.Scheduled, JobState.Queued, JobState.Running];
    private static readonly string[] Retryable = [JobState.Failed, JobState.Canceled];

    public static void MapBulkJobs(this IEndpointRouteBuilder app)
    {
        var jobs = app.MapGroup("/api/v1/jobs").WithTags("Operators").ByActor();
        jobs.MapPost("/cancel", CancelAsync).Describe("CancelJobs", "Stops jobs that have not ended, by filter", o => o
            .Acted()
            .Takes<BulkBody<BulkJobFilterBody>>("""{"filter": {"job_type": "metrics", "created_before": "2030-01-31T12:00:00Z"}, "limit": 1000}""")
            .Answers<BulkAnswer>(200, "How many were found, and canceled.", """{"matched": 3, "changed": 2}""")
            .Refuses(422, 503));
        jobs.MapPost("/retry", RetryAsync).Describe("RetryJobs", "Runs failed and canceled jobs again, by filter", o => o
            .Acted()
            .Takes<BulkBody<BulkJobFilterBody>>("""{"filter": {"state": "failed"}}""")
            .Answers<BulkAnswer>(200, "How many were found, and queued.", """{"matched": 3, "changed": 3}""")
            .Refuses(422, 503));
    }

    private static Task<IResult> CancelAsync(HttpContext context, BulkJobCommands commands) => RunAsync(context, Cancelable, commands.CancelAsync);

    private static Task<IResult> RetryAsync(HttpContext context, BulkJobCommands commands) => RunAsync(context, Retryable, commands.RetryAsync);

    private static async Task<IResult> RunAsync(
        HttpContext context, string[] states, Func<BulkRequest<BulkJobFilter>, string, CancellationToken, Task<BulkAnswer>> run)
    {
        var (request, refusal) = await BulkRequest<BulkJobFilter>.ReadAsync(
            context.Request, BulkJobFilter.Names, (fields, errors) => BulkJobFilter.Read(fields, errors, states), context.RequestAborted);
        return refusal ?? Results.Json(await run(request!, Actor.Of(context), context.RequestAborted), BulkJson.Default.BulkAnswer);
    }
}

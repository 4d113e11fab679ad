using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;

namespace AsyncStack.Api.Jobs;

/// <summary>What a completed job has made.</summary>
internal static class JobResults
{
    private static readonly TimeSpan UrlLifetime = TimeSpan.FromHours(1);

    public static async Task<IResult> GetAsync(
        Guid id, JobViews jobs, IObjectStorage storage, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(id, cancellationToken) is not { } job)
        {
            return JobEndpoints.NotFound(id);
        }

        if (job.JobStatus != JobState.Completed)
        {
            return Results.Problem(
                $"Job '{id}' is {job.JobStatus}; only a completed job has a result.", statusCode: StatusCodes.Status409Conflict);
        }

        if (job.ResultUri is { } uri)
        {
            return Results.Json(new JobResult(uri, DownloadUrl(storage, uri, request)), JobsJson.Default.JobResult);
        }

        return await jobs.FindInlineResultAsync(id, cancellationToken) is { } result
            ? Results.Json(new JobResult(null, null, result), JobsJson.Default.JobResult)
            : Results.Problem($"Job '{id}' has completed without a result.", statusCode: StatusCodes.Status404NotFound);
    }

    // A relative one leads to this server, by the name the caller knows it by.
    private static string DownloadUrl(IObjectStorage storage, string uri, HttpRequest request)
    {
        var url = storage.CreateDownloadUrl(ObjectUri.Parse(uri), UrlLifetime);
        return url.IsAbsoluteUri ? url.AbsoluteUri : $"{request.Scheme}://{request.Host}{url.OriginalString}";
    }
}

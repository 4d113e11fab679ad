using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>Which jobs a list is to hold.</summary>
/// <param name="States">Values of <c>jobs.state</c>; null for all.</param>
/// <param name="JobType">The type; null for all.</param>
/// <param name="DatasetId">A dataset they work on; null for all.</param>
/// <param name="OnDatasets">Whether the type works on datasets.</param>
/// <param name="CreatedAfter">They were accepted later than this; null for all.</param>
/// <param name="CreatedBefore">They were accepted earlier than this; null for all.</param>
/// <param name="OldestFirst">The oldest come first, not the newest.</param>
internal sealed record JobFilter(
    string[]? States, string? JobType, Guid? DatasetId, bool OnDatasets, DateTimeOffset? CreatedAfter, DateTimeOffset? CreatedBefore, bool OldestFirst)
{
    /// <summary>The orders there are.</summary>
    public static readonly string[] Orders = ["newest", "oldest"];

    /// <summary>The states there are, as callers call them.</summary>
    public static readonly string[] Statuses = ["pending", JobState.Running, JobState.Completed, JobState.Failed, JobState.Canceled];

    public static JobFilter Read(HttpRequest request, FieldErrors errors)
    {
        var type = request.QueryText("job_type");
        errors.CheckText("job_type", type);
        return new JobFilter(ReadStates(request, errors), type, request.QueryId("dataset_id", errors), type is not null && JobTypes.Find(type) is { TakesDataset: true },
            request.QueryTime("created_after", errors), request.QueryTime("created_before", errors), ReadOrder(request, errors));
    }

    private static string[]? ReadStates(HttpRequest request, FieldErrors errors)
    {
        var text = request.QueryText("status");
        if (text is not null && !Statuses.Contains(text))
        {
            errors.Add("status", $"status is '{text}'; it must be one of {string.Join(", ", Statuses)}.");
        }

        return text switch
        {
            null => null,
            "pending" => [JobState.Scheduled, JobState.Queued],
            _ => [text],
        };
    }

    private static bool ReadOrder(HttpRequest request, FieldErrors errors)
    {
        var text = request.QueryText("order");
        if (text is not null && !Orders.Contains(text))
        {
            errors.Add("order", $"order is '{text}'; it must be one of {string.Join(", ", Orders)}.");
        }

        return text == "oldest";
    }
}

using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>A job as <c>/jobs</c> shows it.</summary>
/// <param name="Id">UUIDv7 of the job.</param>
/// <param name="DatasetId">The dataset it works on; null for a job that works on none.</param>
/// <param name="JobType">What runs it.</param>
/// <param name="JobStatus"><c>pending</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>canceled</c>.</param>
/// <param name="Params">What it was asked for; the payload of a job without a dataset. Null in a list when it is longer than 16 KiB.</param>
/// <param name="ResultUri">Where the result lies in object storage.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When the last attempt started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Attempt">How often it was started.</param>
/// <param name="Progress">From 0 to 1.</param>
/// <param name="CorrelationId">What the submitter knows it by; the job's id unless one was given.</param>
/// <param name="Priority"><c>high</c>, <c>default</c> or <c>low</c>.</param>
/// <param name="MaxAttempts">How often it may be started.</param>
/// <param name="RunAt">Earliest start, for a job that was delayed or waits for a retry.</param>
/// <param name="CallbackUrl">Who is told of its end.</param>
/// <param name="TraceId">The trace (W3C Trace Context) that the request to run it belongs to; null when it was not traced.</param>
internal sealed record JobView(
    Guid Id,
    Guid? DatasetId,
    string JobType,
    [property: AllowedValues("pending", "running", "completed", "failed", "canceled")] string JobStatus,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Params,
    string? ResultUri,
    string? ErrorMessage,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempt,
    double Progress,
    string CorrelationId,
    [property: AllowedValues("high", "default", "low")] string Priority,
    int MaxAttempts,
    DateTimeOffset? RunAt,
    string? CallbackUrl,
    string? TraceId)
{
    private const string Parameters = "case when dataset_ids is null then payload else payload -> 'params' end";

    private const string More = "correlation_id, priority, max_attempts, run_at, callback_url, split_part(traceparent, '-', 2)";

    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = $"""
        id, dataset_ids[1], job_type, state, {Parameters}, result_uri, error_message, created_at, started_at, finished_at, attempt, progress, {More}
        """;

    /// <summary>The same, with long params left out: a hundred of them would make an answer of a hundred megabytes.</summary>
    public const string ListColumns = $"""
        id, dataset_ids[1], job_type, state, case when octet_length(payload::text) <= 16384 then {Parameters} end,
        result_uri, error_message, created_at, started_at, finished_at, attempt, progress, {More}
        """;

    public static JobView Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.IsDBNull(1) ? null : row.GetGuid(1),
        row.GetString(2),
        JobState.ToPublic(row.GetString(3)),
        Text(row, 4),
        Text(row, 5),
        Text(row, 6),
        row.GetFieldValue<DateTimeOffset>(7),
        Time(row, 8),
        Time(row, 9),
        row.GetInt32(10),
        Math.Round(row.GetFloat(11), 4),
        row.GetString(12),
        row.GetString(13),
        row.GetInt32(14),
        Time(row, 15),
        Text(row, 16),
        Text(row, 17));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>The answer to a cancellation.</summary>
internal sealed record StatusAnswer(string Status);

/// <summary>Where a result is to be had.</summary>
/// <param name="ResultUri">Its place in object storage; null when it lies in the job's own row.</param>
/// <param name="DownloadUrl">A signed address that gives it by GET for an hour; null with <paramref name="ResultUri"/>.</param>
/// <param name="Result">The result itself, where it lies in the job's own row; left out where it does not.</param>
internal sealed record JobResult(
    string? ResultUri,
    string? DownloadUrl,
    [property: JsonConverter(typeof(RawJsonConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(List<JobView>))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(JobResult))]
internal sealed partial class JobsJson : JsonSerializerContext;

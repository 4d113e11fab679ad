using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Core.Jobs;

/// <summary>A job as callers see it.</summary>
/// <param name="Id">UUIDv7 of the job.</param>
/// <param name="CorrelationId">What the submitter knows it by; the job's id unless one was given.</param>
/// <param name="JobType">What runs it.</param>
/// <param name="JobStatus"><c>pending</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>canceled</c>.</param>
/// <param name="Priority"><c>high</c>, <c>default</c> or <c>low</c>.</param>
/// <param name="Attempt">How often it was started.</param>
/// <param name="MaxAttempts">How often it may be started.</param>
/// <param name="TimeoutSeconds">How long one attempt may take.</param>
/// <param name="Progress">From 0 to 1.</param>
/// <param name="Result">The result, when it is at most 64 KiB; else see <paramref name="ResultUri"/>.</param>
/// <param name="ResultUri">Where a large result lies in object storage.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="CallbackUrl">Who is told of its end.</param>
/// <param name="RunAt">Earliest start, for a job that was delayed or waits for a retry.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When the last attempt started.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record Job(
    Guid Id,
    string CorrelationId,
    string JobType,
    [property: AllowedValues("pending", "running", "completed", "failed", "canceled")] string JobStatus,
    [property: AllowedValues("high", "default", "low")] string Priority,
    int Attempt,
    int MaxAttempts,
    int TimeoutSeconds,
    double Progress,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Result,
    string? ResultUri,
    string? ErrorMessage,
    string? CallbackUrl,
    DateTimeOffset? RunAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    /// <summary>W3C trace context of the request that submitted it.</summary>
    [JsonIgnore]
    public string? TraceParent { get; init; }

    /// <summary>The dataset it works on; left out of a job that works on none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? DatasetId { get; init; }

    /// <summary>Whether it is completed, failed or canceled; only a retry changes it then.</summary>
    [JsonIgnore]
    public bool HasEnded => JobStatus is JobState.Completed or JobState.Failed or JobState.Canceled;

    /// <summary>The columns of <c>jobs</c> that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = """
        id, correlation_id, job_type, state, priority, attempt, max_attempts, timeout_seconds, progress,
        result, result_uri, error_message, callback_url, run_at, created_at, started_at, finished_at, traceparent, dataset_ids[1]
        """;

    /// <summary>Reads a row that was selected with <see cref="Columns"/>.</summary>
    public static Job Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        JobState.ToPublic(row.GetString(3)),
        row.GetString(4),
        row.GetInt32(5),
        row.GetInt32(6),
        row.GetInt32(7),
        Math.Round(row.GetFloat(8), 4),
        Text(row, 9),
        Text(row, 10),
        Text(row, 11),
        Text(row, 12),
        Time(row, 13),
        row.GetFieldValue<DateTimeOffset>(14),
        Time(row, 15),
        Time(row, 16))
    {
        TraceParent = Text(row, 17),
        DatasetId = row.IsDBNull(18) ? null : row.GetGuid(18),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>Writes a string that already is JSON as it is, so that a result goes out byte for byte.</summary>
public sealed class RawJsonConverter : JsonConverter<string?>
{
    public override bool HandleNull => true;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(value, skipInputValidation: true);
        }
    }
}

/// <summary>JSON of jobs: snake_case, times in RFC 3339 UTC.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(List<Job>))]
public sealed partial class JobJson : JsonSerializerContext;

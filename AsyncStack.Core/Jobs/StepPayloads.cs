using System.Text.Json;

namespace AsyncStack.Core.Jobs;

/// <summary>Says what is wrong with the payloads of jobs that only steps have, and of <c>airflow</c>; null when nothing is.</summary>
internal static class StepPayloads
{
    private const double MaxWaitSeconds = 30 * 86_400;
    private const int MaxUrlLength = 2048;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public static string? Http(JsonElement payload) =>
        Text(payload, "url") is not { Length: <= MaxUrlLength } url || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.UserInfo.Length > 0
            ? "url must be an absolute http or https address without user name."
        : Field(payload, "method") is { } method && (method.ValueKind != JsonValueKind.String || !Methods.Contains(method.GetString()!))
            ? $"method must be one of {string.Join(", ", Methods)}."
        : Field(payload, "headers") is { } headers && (headers.ValueKind != JsonValueKind.Object || headers.EnumerateObject().Any(h => h.Value.ValueKind != JsonValueKind.String))
            ? "headers must be an object of texts."
        : Field(payload, "expect") is { } expect && (expect.ValueKind != JsonValueKind.Array || expect.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number || !e.TryGetInt32(out var status) || status is < 100 or > 599))
            ? "expect must be a list of HTTP statuses that count as success."
        : null;

    public static string? Wait(JsonElement payload)
    {
        var (seconds, until, signal) = (Field(payload, "seconds"), Field(payload, "until"), Field(payload, "signal"));
        return new[] { seconds, until, signal }.Count(f => f is not null) != 1 ? "a wait step takes one of seconds, until and signal."
            : seconds is { } span && (span.ValueKind != JsonValueKind.Number || span.GetDouble() is not (>= 0 and <= MaxWaitSeconds)) ? $"seconds must be a number from 0 to {MaxWaitSeconds}."
            : until is { } time && (time.ValueKind != JsonValueKind.String || !time.TryGetDateTimeOffset(out _)) ? "until must be an RFC 3339 time such as 2030-01-31T12:00:00Z."
            : signal is not null && Text(payload, "signal") is not { Length: > 0 and <= 100 } ? "signal must be a text of 1 to 100 characters."
            : null;
    }

    public static string? Workflow(JsonElement payload) =>
        Text(payload, "workflow") is not { Length: > 0 and <= 100 } ? "workflow must be the name of a workflow."
        : Field(payload, "input") is { ValueKind: not JsonValueKind.Object } ? "input must be an object."
        : Field(payload, "version") is { } version && (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number < 1) ? "version must be a whole number from 1."
        : null;

    public static string? Airflow(JsonElement payload) =>
        Text(payload, "dag_id") is not { Length: > 0 and <= 250 } ? "dag_id must be the id of a DAG." : null;

    private static JsonElement? Field(JsonElement payload, string name)
    {
        try
        {
            return payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair is JSON, but cannot be compared.
            return null;
        }
    }

    private static string? Text(JsonElement payload, string name)
    {
        try
        {
            return Field(payload, name) is { ValueKind: JsonValueKind.String } field ? field.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

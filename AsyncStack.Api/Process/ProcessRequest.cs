using System.Buffers;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Process;

/// <summary>The body of <c>POST /api/process</c>, checked.</summary>
internal sealed record ProcessRequest(
    string CallbackUrl,
    string Payload,
    string JobType,
    string? CorrelationId,
    string Priority,
    DateTimeOffset? RunAt,
    int MaxAttempts,
    int TimeoutSeconds)
{
    private const int MaxUrlLength = 2048;
    private const int MaxCorrelationIdLength = 128;
    private const int MaxTimeoutSeconds = 86_400;

    // It stands in a path and in an AMQP property, so it is kept to what needs no escaping in either.
    private static readonly SearchValues<char> CorrelationIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:@+=");

    /// <summary>Reads and checks; null when the errors say why not.</summary>
    public static ProcessRequest? Read(JsonElement root, AcceptOptions options, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return null;
        }

        var fields = new JsonFields(root, errors);
        var payload = ReadPayload(fields, errors);
        var type = ReadJobType(fields, payload, errors);
        var request = new ProcessRequest(
            ReadCallbackUrl(fields, errors) ?? "",
            payload?.GetRawText() ?? "",
            type?.Name ?? "",
            ReadCorrelationId(fields, errors),
            ReadPriority(fields, errors),
            fields.Time("run_at"),
            fields.Integer("max_attempts", 1, 50) ?? options.DefaultMaxAttempts,
            fields.Integer("timeout_seconds", 1, MaxTimeoutSeconds) ?? DefaultTimeout(type, options));
        if (fields.Any("workflow") is not null)
        {
            errors.Add("workflow", "workflow is not served by this version; send job_type instead.");
        }

        return errors.Any ? null : request;
    }

    private static int DefaultTimeout(JobType? type, AcceptOptions options) =>
        type is not null && type.Name.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal)
            ? MaxTimeoutSeconds
            : (int)options.DefaultTimeout.TotalSeconds;

    private static JsonElement? ReadPayload(JsonFields fields, FieldErrors errors)
    {
        if (fields.Any("payload") is not { ValueKind: JsonValueKind.Object } payload)
        {
            errors.Add("payload", "payload is required and must be a JSON object.");
            return null;
        }

        return payload;
    }

    private static JobType? ReadJobType(JsonFields fields, JsonElement? payload, FieldErrors errors)
    {
        var name = fields.Text("job_type", 100) ?? JobTypes.Echo.Name;
        var type = JobTypes.Find(name);
        if (type is null)
        {
            errors.Add("job_type", $"job_type is '{name}'; known are {JobTypes.Known}.");
        }
        else if (payload is { } value && type.Validate(value) is { } wrong)
        {
            errors.Add("payload", wrong);
        }

        return type;
    }

    private static string? ReadCallbackUrl(JsonFields fields, FieldErrors errors)
    {
        if (fields.Any("callback_url") is null)
        {
            errors.Add("callback_url", "callback_url is required: the http or https address to call at the job's end.");
            return null;
        }

        var text = fields.Text("callback_url", MaxUrlLength);
        if (text is not null && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && IsAllowed(url)))
        {
            errors.Add("callback_url", $"callback_url is '{text}'; it must be an absolute http or https address without user name.");
        }

        return text;
    }

    private static bool IsAllowed(Uri url) =>
        (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.Host.Length > 0 && url.UserInfo.Length == 0;

    private static string? ReadCorrelationId(JsonFields fields, FieldErrors errors)
    {
        var text = fields.Text("correlation_id", MaxCorrelationIdLength);
        if (text is not null && text.AsSpan().ContainsAnyExcept(CorrelationIdCharacters))
        {
            errors.Add("correlation_id", $"correlation_id is '{text}'; it may hold letters, digits and -_.~:@+= only.");
        }

        return text;
    }

    private static string ReadPriority(JsonFields fields, FieldErrors errors)
    {
        var text = fields.Text("priority", 20) ?? JobPriority.Default;
        if (!JobPriority.All.Contains(text))
        {
            errors.Add("priority", $"priority is '{text}'; it must be one of {string.Join(", ", JobPriority.All)}.");
        }

        return text;
    }
}

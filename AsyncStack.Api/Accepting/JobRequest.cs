using System.Buffers;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Accepting;

/// <summary>A job as a caller asked for it, checked as far as that goes without the database.</summary>
/// <param name="JobType">What runs it.</param>
/// <param name="Payload">JSON, as the handler gets it.</param>
/// <param name="Options">How it is to be run.</param>
internal sealed record JobRequest(string JobType, string Payload, JobOptions Options)
{
    /// <summary>The datasets it works on, which must be ready.</summary>
    public IReadOnlyList<DatasetReference> Datasets { get; init; } = [];
}

/// <summary>A dataset that a request names, and the field that names it.</summary>
internal readonly record struct DatasetReference(string Field, Guid Id);

/// <summary>What every job may say of how it is run.</summary>
internal sealed record JobOptions(
    string? CorrelationId, string Priority, DateTimeOffset? RunAt, int MaxAttempts, int TimeoutSeconds, string? CallbackUrl)
{
    public const int MaxUrlLength = 2048;
    private const int MaxCorrelationIdLength = 128;
    private const int MaxTimeoutSeconds = 86_400;

    // It stands in a path and in an AMQP property, so it is kept to what needs no escaping in either.
    private static readonly SearchValues<char> CorrelationIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:@+=");

    /// <summary>For a request that says nothing.</summary>
    public static JobOptions Default(AcceptOptions options) => new(
        null, JobPriority.Default, null, options.DefaultMaxAttempts, (int)options.DefaultTimeout.TotalSeconds, null);

    /// <summary>Reads the fields of a request; what is wrong is put down in the errors.</summary>
    public static JobOptions Read(JsonFields fields, string? jobType, AcceptOptions options, FieldErrors errors) => new(
        ReadCorrelationId(fields, errors),
        ReadPriority(fields, errors),
        fields.Time("run_at"),
        fields.Integer("max_attempts", 1, 50) ?? options.DefaultMaxAttempts,
        fields.Integer("timeout_seconds", 1, MaxTimeoutSeconds) ?? DefaultTimeout(jobType, options),
        ReadCallbackUrl(fields, errors));

    private static int DefaultTimeout(string? jobType, AcceptOptions options) =>
        jobType?.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal) == true
            ? MaxTimeoutSeconds
            : (int)options.DefaultTimeout.TotalSeconds;

    private static string? ReadCallbackUrl(JsonFields fields, FieldErrors errors)
    {
        var text = fields.Text("callback_url", MaxUrlLength);
        if (text is not null && !IsCallbackUrl(text))
        {
            errors.Add("callback_url", $"callback_url is '{WithoutUser(text)}'; it must be an absolute http or https address without user name.");
        }

        return text;
    }

    /// <summary>Whether a text is an address that may be called back.</summary>
    public static bool IsCallbackUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.Host.Length > 0
        && url.UserInfo.Length == 0;

    /// <summary>An address as it may be told: what stands before an @ may hold a password.</summary>
    public static string WithoutUser(string url) => url.LastIndexOf('@') is >= 0 and var at ? $"***{url[at..]}" : url;

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

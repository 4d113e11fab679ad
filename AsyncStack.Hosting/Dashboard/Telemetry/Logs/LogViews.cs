using System.Text.Json.Serialization;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>A log record as the Api tells it; times in microseconds.</summary>
internal sealed record LogView(
    long Seq,
    decimal At,
    string Resource,
    string? Instance,
    string Severity,
    int SeverityNumber,
    string? SeverityText,
    string Category,
    string Body,
    string? Template,
    string? EventName,
    string? TraceId,
    string? SpanId,
    [property: JsonConverter(typeof(TagsJsonConverter))] Tag[] Attributes,
    [property: JsonConverter(typeof(TagsJsonConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Tag[]? ResourceAttributes)
{
    /// <summary>Where loggers put the text before its parameters were filled in: those of .NET, of Serilog and of others.</summary>
    private static readonly string[] TemplateKeys = ["{OriginalFormat}", "message_template.text", "message.template"];

    public static LogView Of(LogEntry entry) => Of(entry, withResource: false);

    public static LogView Of(LogEntry entry, bool withResource) => new(
        entry.Seq,
        Nanoseconds.ToMicroseconds(entry.Time),
        entry.Origin.Name,
        entry.Origin.Instance,
        Logs.Severity.Name(entry.SeverityNumber),
        entry.SeverityNumber,
        entry.SeverityText,
        entry.Scope.Name,
        TagText.Of(entry.Body),
        TemplateKeys.Select(key => Tag.Find(entry.Tags, key) as string).FirstOrDefault(t => t is not null),
        entry.EventName,
        Ids.Text(entry.TraceId),
        Ids.Text(entry.SpanId),
        entry.Tags,
        withResource ? entry.Origin.Tags : null);
}

internal sealed record LogPage(IReadOnlyList<LogView> Logs, long? Next);

internal sealed record LogNews(IReadOnlyList<LogView> Logs, long Skipped);

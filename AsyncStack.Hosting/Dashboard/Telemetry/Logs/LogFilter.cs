using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>Which log records are asked for; what is null or 0 does not matter.</summary>
internal sealed record LogFilter(
    string? Resource, int LeastSeverity, string? Text, UInt128 TraceId, ulong SpanId, string? Category, KeyValuePair<string, string>[] Attributes)
{
    public static LogFilter Read(Query query) => new(
        query.Text("resource"),
        query.OneOf("severity", Severity.Names) is { } severity ? Severity.Least(severity)!.Value : 0,
        query.Text("text"),
        query.Trace("traceId"),
        query.Span("spanId"),
        query.Text("category"),
        query.Pairs("attribute"));

    public bool Matches(LogEntry entry) =>
        entry.SeverityNumber >= LeastSeverity
        && (Resource is null || entry.Origin.Name == Resource)
        && (TraceId == default || entry.TraceId == TraceId)
        && (SpanId == 0 || entry.SpanId == SpanId)
        && (Category is null || entry.Scope.Name.StartsWith(Category, StringComparison.OrdinalIgnoreCase))
        && HasAttributes(entry)
        && HasText(entry);

    private bool HasAttributes(LogEntry entry)
    {
        foreach (var (key, value) in Attributes)
        {
            if (!TagText.Equals(Tag.Find(entry.Tags, key) ?? Tag.Find(entry.Origin.Tags, key), value))
                return false;
        }

        return true;
    }

    private bool HasText(LogEntry entry) =>
        Text is null
        || TagText.Contains(entry.Body, Text)
        || entry.Scope.Name.Contains(Text, StringComparison.OrdinalIgnoreCase)
        || (entry.EventName is { } name && name.Contains(Text, StringComparison.OrdinalIgnoreCase))
        || TagText.AnyContains(entry.Tags, Text)
        || (Text.Length == 32 && Ids.TryParseTrace(Text, out var trace) && trace == entry.TraceId)
        || (Text.Length == 16 && Ids.TryParseSpan(Text, out var span) && span == entry.SpanId);
}

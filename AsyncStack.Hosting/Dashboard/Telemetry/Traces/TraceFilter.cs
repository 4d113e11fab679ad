using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>Which traces are asked for; what is null or 0 does not matter.</summary>
/// <param name="Resource">A service that has a span in the trace.</param>
/// <param name="Text">In the name, the status or an attribute of a span, or an id.</param>
/// <param name="OnlyErrors">At least one span has failed.</param>
/// <param name="MinDuration">Nanoseconds from the first start to the last end.</param>
/// <param name="Attributes">Each on some span or its resource.</param>
internal sealed record TraceFilter(
    string? Resource, string? Text, bool OnlyErrors, long MinDuration, KeyValuePair<string, string>[] Attributes)
{
    public static TraceFilter Read(Query query) => new(
        query.Text("resource"),
        query.Text("text"),
        query.OneOf("status", "error") is not null,
        Nanoseconds.FromMicroseconds(query.Number("minDuration", 0, 1e15, 0)!.Value),
        query.Pairs("attribute"));

    public bool Matches(TraceMoment trace)
    {
        var spans = trace.Spans.Span;
        return (!OnlyErrors || Any(spans, static (span, _) => span.IsError, ""))
            && (MinDuration == 0 || TraceShape.Of(spans).Duration >= MinDuration)
            && (Resource is null || Any(spans, static (span, name) => span.Origin.Name == name, Resource))
            && HasAttributes(spans)
            && (Text is null || HasId(trace, Text) || Any(spans, HasText, Text));
    }

    private bool HasAttributes(ReadOnlySpan<SpanEntry> spans)
    {
        foreach (var pair in Attributes)
        {
            if (!Any(spans, static (span, p) => TagText.Equals(Tag.Find(span.Tags, p.Key) ?? Tag.Find(span.Origin.Tags, p.Key), p.Value), pair))
                return false;
        }

        return true;
    }

    private static bool HasId(TraceMoment trace, string text) =>
        (text.Length == 32 && Ids.TryParseTrace(text, out var id) && id == trace.Id)
        || (text.Length == 16 && Ids.TryParseSpan(text, out var span) && Any(trace.Spans.Span, static (s, wanted) => s.Id == wanted, span));

    private static bool HasText(SpanEntry span, string text) =>
        span.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        || (span.StatusMessage is { } message && message.Contains(text, StringComparison.OrdinalIgnoreCase))
        || TagText.AnyContains(span.Tags, text);

    private static bool Any<T>(ReadOnlySpan<SpanEntry> spans, Func<SpanEntry, T, bool> matches, T wanted)
    {
        foreach (var span in spans)
        {
            if (matches(span, wanted))
                return true;
        }

        return false;
    }
}

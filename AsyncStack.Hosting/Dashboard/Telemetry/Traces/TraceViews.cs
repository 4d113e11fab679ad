using System.Text.Json.Serialization;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>A trace in a list; times in microseconds.</summary>
internal sealed record TraceSummary(
    string TraceId, long Seq, string Name, string Kind, string Resource, decimal Start, decimal Duration,
    int Spans, int Errors, int Logs, IReadOnlyList<ResourceCount> Resources, bool RootMissing)
{
    public static TraceSummary Of(TraceMoment trace, int logs)
    {
        var spans = trace.Spans.Span;
        var shape = TraceShape.Of(spans);
        var resources = new Dictionary<string, ResourceCount>();
        var errors = 0;
        foreach (var span in spans)
        {
            var name = span.Origin.Name;
            var error = span.IsError ? 1 : 0;
            errors += error;
            var count = resources.GetValueOrDefault(name) ?? new ResourceCount(name, 0, 0);
            resources[name] = count with { Spans = count.Spans + 1, Errors = count.Errors + error };
        }

        return new TraceSummary(
            Ids.Text(trace.Id)!, trace.Seq, shape.Head.Name, SpanView.KindOf(shape.Head), shape.Head.Origin.Name,
            Nanoseconds.ToMicroseconds(shape.Start), Nanoseconds.ToMicroseconds(shape.Duration),
            spans.Length, errors, logs, [.. resources.Values], shape.RootMissing);
    }
}

internal sealed record ResourceCount(string Name, int Spans, int Errors);

internal sealed record TracePage(IReadOnlyList<TraceSummary> Traces, long? Next);

internal sealed record TraceNews(IReadOnlyList<TraceSummary> Traces, long Skipped);

internal sealed record TraceView(string TraceId, decimal Start, decimal Duration, IReadOnlyList<SpanView> Spans, IReadOnlyList<LogView> Logs);

/// <summary>A span; times in microseconds.</summary>
internal sealed record SpanView(
    string SpanId, string? ParentSpanId, string Resource, string? Instance, string Scope, string Name, string Kind,
    decimal Start, decimal Duration, string Status, string? StatusMessage,
    [property: JsonConverter(typeof(TagsJsonConverter))] Tag[] Attributes,
    IReadOnlyList<SpanEventView> Events, IReadOnlyList<SpanLinkView> Links, IReadOnlyList<BacklinkView> Backlinks)
{
    private static readonly string[] Kinds = ["internal", "internal", "server", "client", "producer", "consumer"];
    private static readonly string[] Statuses = ["unset", "ok", "error"];

    public static string KindOf(SpanEntry span) => Kinds[span.Kind];

    public static SpanView Of(SpanEntry span, IEnumerable<Backlink> backlinks) => new(
        Ids.Text(span.Id)!, Ids.Text(span.ParentId), span.Origin.Name, span.Origin.Instance, span.Scope.Name, span.Name, KindOf(span),
        Nanoseconds.ToMicroseconds(span.Start), Nanoseconds.ToMicroseconds(span.End - span.Start), Statuses[span.Status], span.StatusMessage,
        span.Tags,
        [.. span.Events.Select(e => new SpanEventView(e.Name, Nanoseconds.ToMicroseconds(e.Time), e.Tags))],
        [.. span.Links.Select(l => new SpanLinkView(Ids.Text(l.TraceId) ?? "", Ids.Text(l.SpanId) ?? "", l.Tags))],
        [.. backlinks.Select(b => new BacklinkView(Ids.Text(b.TraceId)!, Ids.Text(b.SpanId)!))]);
}

internal sealed record SpanEventView(string Name, decimal At, [property: JsonConverter(typeof(TagsJsonConverter))] Tag[] Attributes);

internal sealed record SpanLinkView(string TraceId, string SpanId, [property: JsonConverter(typeof(TagsJsonConverter))] Tag[] Attributes);

internal sealed record BacklinkView(string TraceId, string SpanId);

using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Spans and log records back to the wire, those of one sender together.</summary>
internal static class SpanWriter
{
    public static ExportTraceServiceRequest Write(IEnumerable<(UInt128 Trace, SpanEntry Span)> spans)
    {
        var request = new ExportTraceServiceRequest();
        foreach (var byOrigin in spans.GroupBy(s => s.Span.Origin))
        {
            var resource = new ResourceSpans { Resource = TagWriter.Write(byOrigin.Key) };
            foreach (var byScope in byOrigin.GroupBy(s => s.Span.Scope))
                resource.ScopeSpans.Add(new ScopeSpans { Scope = TagWriter.Write(byScope.Key), Spans = { byScope.Select(s => Write(s.Trace, s.Span)) } });
            request.ResourceSpans.Add(resource);
        }

        return request;
    }

    public static ExportLogsServiceRequest Write(IEnumerable<LogEntry> entries)
    {
        var request = new ExportLogsServiceRequest();

        LogEntry? before = null;

        // Only neighbours go together, so that the order of arrival stays.
        foreach (var entry in entries)
        {
            var known = before is not null && before.Origin.Equals(entry.Origin);
            if (!known)
                request.ResourceLogs.Add(new ResourceLogs { Resource = TagWriter.Write(entry.Origin) });
            if (!known || before!.Scope != entry.Scope)
                request.ResourceLogs[^1].ScopeLogs.Add(new ScopeLogs { Scope = TagWriter.Write(entry.Scope) });
            request.ResourceLogs[^1].ScopeLogs[^1].LogRecords.Add(Write(entry));
            before = entry;
        }

        return request;
    }

    private static Span Write(UInt128 trace, SpanEntry span) => new()
    {
        TraceId = Ids.Bytes(trace),
        SpanId = Ids.Bytes(span.Id),
        ParentSpanId = Ids.Bytes(span.ParentId),
        TraceState = span.TraceState ?? "",
        Flags = span.Flags,
        Name = span.Name,
        Kind = (Span.Types.SpanKind)span.Kind,
        StartTimeUnixNano = (ulong)span.Start,
        EndTimeUnixNano = (ulong)span.End,
        Attributes = { TagWriter.Write(span.Tags) },
        Events = { span.Events.Select(e => new Span.Types.Event { Name = e.Name, TimeUnixNano = (ulong)e.Time, Attributes = { TagWriter.Write(e.Tags) } }) },
        Links = { span.Links.Select(l => new Span.Types.Link { TraceId = Ids.Bytes(l.TraceId), SpanId = Ids.Bytes(l.SpanId), Attributes = { TagWriter.Write(l.Tags) } }) },
        Status = span.Status == 0 ? null : new Status { Code = (Status.Types.StatusCode)span.Status, Message = span.StatusMessage ?? "" },
    };

    private static LogRecord Write(LogEntry entry) => new()
    {
        TimeUnixNano = (ulong)entry.Time,
        SeverityNumber = (SeverityNumber)entry.SeverityNumber,
        SeverityText = entry.SeverityText ?? "",
        Body = TagWriter.Write(entry.Body),
        EventName = entry.EventName ?? "",
        TraceId = Ids.Bytes(entry.TraceId),
        SpanId = Ids.Bytes(entry.SpanId),
        Attributes = { TagWriter.Write(entry.Tags) },
    };
}

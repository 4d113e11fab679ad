using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>Log records from the wire into the store.</summary>
internal sealed class LogIngest(LogStore store, SharedTexts texts, OriginReader origins, TimeProvider time)
{
    /// <summary>Keeps the records; any record is good enough to be kept.</summary>
    public void Add(RepeatedField<ResourceLogs> wire)
    {
        var entries = new List<LogEntry>();
        var tags = new TagReader(texts);
        foreach (var resource in wire)
        {
            var origin = origins.Read(resource.Resource, tags);
            foreach (var part in resource.ScopeLogs)
            {
                var scope = origins.Read(part.Scope, tags);
                foreach (var record in part.LogRecords)
                    entries.Add(Read(record, origin, scope, tags));
            }
        }

        store.Add(entries);
    }

    private LogEntry Read(LogRecord record, Origin origin, Scope scope, TagReader tags)
    {
        var attributes = tags.Read(record.Attributes);
        var body = tags.Read(record.Body);
        var eventName = record.EventName.Length == 0 ? null : tags.Name(record.EventName);
        var severityText = record.SeverityText.Length == 0 ? null : tags.Name(record.SeverityText);
        var trace = Ids.Trace(record.TraceId);
        return new LogEntry
        {
            Time = TimeOf(record),
            Origin = origin,
            Scope = scope,
            SeverityNumber = Severity.Number(record),
            SeverityText = severityText,
            Body = body,
            EventName = eventName,
            TraceId = trace,
            SpanId = trace == default ? 0 : Ids.Span(record.SpanId),
            Tags = attributes,
            Bytes = LogEntry.OwnBytes + tags.TakeBytes(),
        };
    }

    private long TimeOf(LogRecord record) =>
        record.TimeUnixNano != 0 ? Nanoseconds.Of(record.TimeUnixNano)
        : record.ObservedTimeUnixNano != 0 ? Nanoseconds.Of(record.ObservedTimeUnixNano)
        : Nanoseconds.Now(time);
}

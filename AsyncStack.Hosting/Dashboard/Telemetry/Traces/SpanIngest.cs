using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>Spans from the wire into the store.</summary>
internal sealed class SpanIngest(SpanStore store, SharedTexts texts, OriginReader origins)
{
    public Refused Add(RepeatedField<ResourceSpans> wire)
    {
        var refused = default(Refused);
        var tags = new TagReader(texts);
        var spans = new List<(UInt128 Trace, SpanEntry Span)>();
        foreach (var resource in wire)
        {
            var origin = origins.Read(resource.Resource, tags);
            foreach (var part in resource.ScopeSpans)
            {
                var scope = origins.Read(part.Scope, tags);
                foreach (var span in part.Spans)
                {
                    var (trace, id) = (Ids.Trace(span.TraceId), Ids.Span(span.SpanId));
                    if (trace == default || id == 0)
                    {
                        refused = refused.Add($"The span '{tags.Name(span.Name)}' has no trace_id of 16 bytes or no span_id of 8 bytes that is not all zeros.");
                        continue;
                    }

                    var entry = Read(span, id, origin, scope, tags);
                    entry.Bytes = entry.OwnBytes() + tags.TakeBytes();
                    spans.Add((trace, entry));
                }
            }
        }

        return store.Add(spans, refused);
    }

    private static SpanEntry Read(Span span, ulong id, Origin origin, Scope scope, TagReader tags)
    {
        var start = Nanoseconds.Of(span.StartTimeUnixNano);
        return new SpanEntry
        {
            Id = id,
            ParentId = Ids.Span(span.ParentSpanId),
            Origin = origin,
            Scope = scope,
            Name = tags.Name(span.Name),
            Kind = (int)span.Kind is >= 0 and <= 5 ? (byte)span.Kind : (byte)0,
            Status = span.Status is { Code: Otlp.Wire.Status.Types.StatusCode.Ok or Otlp.Wire.Status.Types.StatusCode.Error } result ? (byte)result.Code : (byte)0,
            StatusMessage = span.Status is { Message.Length: > 0 } status ? tags.Text(status.Message) : null,
            TraceState = span.TraceState.Length == 0 ? null : tags.Text(span.TraceState),
            Flags = span.Flags,
            Start = start,
            End = Math.Max(start, Nanoseconds.Of(span.EndTimeUnixNano)),
            Tags = tags.Read(span.Attributes),
            Events = span.Events.Count == 0 ? [] : [.. span.Events.Take(TagReader.MaxTags).Select(e => Read(e, tags))],
            Links = span.Links.Count == 0 ? [] : [.. span.Links.Take(TagReader.MaxTags).Select(e => Read(e, tags))],
        };
    }

    private static SpanEvent Read(Span.Types.Event wire, TagReader tags) => new(tags.Name(wire.Name), Nanoseconds.Of(wire.TimeUnixNano), tags.Read(wire.Attributes));

    private static SpanLink Read(Span.Types.Link wire, TagReader tags) => new(Ids.Trace(wire.TraceId), Ids.Span(wire.SpanId), tags.Read(wire.Attributes));
}

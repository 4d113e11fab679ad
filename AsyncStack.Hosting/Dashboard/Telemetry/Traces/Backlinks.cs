namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>A span that links to another.</summary>
internal readonly record struct Backlink(ulong ToSpan, UInt128 TraceId, ulong SpanId);

/// <summary>Links by where they lead; a link may come before the span it leads to.</summary>
internal sealed class Backlinks
{
    /// <summary>Links to one trace that are remembered: one more would tell nobody more.</summary>
    private const int MaxPerTrace = 1000;

    private readonly Dictionary<UInt128, List<Backlink>> _byTarget = [];

    public void Add(UInt128 trace, SpanEntry span)
    {
        foreach (var link in span.Links)
        {
            if (link.TraceId == default)
                continue;
            if (!_byTarget.TryGetValue(link.TraceId, out var links))
                _byTarget.Add(link.TraceId, links = []);
            if (links.Count < MaxPerTrace)
                links.Add(new Backlink(link.SpanId, trace, span.Id));
        }
    }

    public void Remove(Trace from)
    {
        foreach (var span in from.Spans.Span)
        {
            foreach (var link in span.Links)
            {
                if (!_byTarget.TryGetValue(link.TraceId, out var links))
                    continue;
                links.RemoveAll(l => l.TraceId == from.Id);
                if (links.Count == 0)
                    _byTarget.Remove(link.TraceId);
            }
        }
    }

    public List<Backlink> Of(UInt128 trace) => _byTarget.TryGetValue(trace, out var links) ? [.. links] : [];
}

using AsyncStack.Hosting.Dashboard.Telemetry.Live;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>The latest spans by trace.</summary>
internal sealed class SpanStore(TelemetryLimits limits, TimeProvider time)
{
    /// <summary>The part of the bytes that one trace may have.</summary>
    private const int TraceShare = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Trace> _traces = [];

    // The order of changes, which tells who goes first and what is news, and the order of first spans, in which pages are read.
    private readonly LinkedList<Trace> _byChange = new();
    private readonly List<Trace> _bySeq = [];
    private readonly Backlinks _backlinks = new();
    private readonly long _age = Nanoseconds.Of(limits.Age);
    private long _lastSeq;
    private long _lastVersion;
    private long _bytes;
    private int _spans;
    private int _gone;
    private long _dropped;

    public Pulse Changed { get; } = new();

    public long LastVersion => Volatile.Read(ref _lastVersion);

    public StoreCounts Counts
    {
        get
        {
            lock (_gate)
            {
                Expire();
                return new(_spans, _bytes, _dropped);
            }
        }
    }

    /// <summary>Keeps the spans; a span that is kept already is left out, since senders repeat what they are not sure of.</summary>
    public Refused Add(IReadOnlyList<(UInt128 Trace, SpanEntry Span)> spans, Refused refused = default)
    {
        var now = Nanoseconds.Now(time);
        lock (_gate)
        {
            _dropped += refused.Count;
            foreach (var (id, span) in spans)
            {
                if (!Add(id, span, now))
                {
                    _dropped++;
                    refused = refused.Add($"A trace may have {limits.SpansPerTrace} spans and {limits.Bytes / TraceShare} bytes; with '{span.Name}' its trace would have more.");
                }
            }

            Expire();
        }

        if (spans.Count > 0)
            Changed.Beat();
        return refused;
    }

    public TraceMoment? Find(UInt128 id)
    {
        lock (_gate)
        {
            Expire();
            return _traces.TryGetValue(id, out var trace) ? Moment(trace) : null;
        }
    }

    /// <summary>Some of the traces that began before one, the latest first; none when there are none. Callers filter outside of the lock.</summary>
    public List<TraceMoment> ReadBefore(long seq, int most)
    {
        lock (_gate)
        {
            Expire();
            var found = new List<TraceMoment>();
            for (var i = IndexBefore(seq); i >= 0 && found.Count < most; i--)
            {
                if (!_bySeq[i].IsGone)
                    found.Add(Moment(_bySeq[i]));
            }

            return found;
        }
    }

    /// <summary>Some of the traces that began after one, the earliest first.</summary>
    public List<TraceMoment> ReadAfter(long seq, int most)
    {
        lock (_gate)
        {
            Expire();
            var found = new List<TraceMoment>();
            for (var i = IndexBefore(seq + 1) + 1; i < _bySeq.Count && found.Count < most; i++)
            {
                if (!_bySeq[i].IsGone)
                    found.Add(Moment(_bySeq[i]));
            }

            return found;
        }
    }

    /// <summary>The traces that changed last after a version, the oldest change first, and how many more there are.</summary>
    public (List<TraceMoment> Traces, long Skipped) ReadChanges(long version, int most)
    {
        lock (_gate)
        {
            Expire();
            var found = new List<TraceMoment>();
            var node = _byChange.Last;
            for (; node is not null && node.Value.Version > version && found.Count < most; node = node.Previous)
                found.Add(Moment(node.Value));
            var skipped = 0;
            for (; node is not null && node.Value.Version > version; node = node.Previous)
                skipped++;
            found.Reverse();
            return (found, skipped);
        }
    }

    /// <summary>The kept spans that link to a span of a trace.</summary>
    public List<Backlink> BacklinksOf(UInt128 trace)
    {
        lock (_gate)
            return _backlinks.Of(trace);
    }

    private bool Add(UInt128 id, SpanEntry span, long now)
    {
        if (!_traces.TryGetValue(id, out var trace))
        {
            trace = new Trace(id, ++_lastSeq);
            trace.Node = _byChange.AddLast(trace);
            _traces.Add(id, trace);
            _bySeq.Add(trace);
            _bytes += trace.Bytes;
        }

        if (trace.Has(span.Id))
            return true;
        if (trace.Count >= limits.SpansPerTrace || (trace.Count > 0 && trace.Bytes + span.Bytes > limits.Bytes / TraceShare))
            return false;

        var before = trace.Bytes;
        trace.Add(span);
        _bytes += trace.Bytes - before;
        _spans++;
        (trace.Version, trace.ReceivedAt) = (++_lastVersion, now);
        _byChange.Remove(trace.Node!);
        _byChange.AddLast(trace.Node!);
        _backlinks.Add(id, span);
        while ((_spans > limits.Spans || _bytes > limits.Bytes) && _byChange.First!.Value != trace)
            Drop();
        return true;
    }

    private void Expire()
    {
        var now = Nanoseconds.Now(time);
        while (_byChange.First is { } oldest && now - oldest.Value.ReceivedAt > _age)
            Drop();
    }

    private void Drop()
    {
        var trace = _byChange.First!.Value;
        _byChange.RemoveFirst();
        _traces.Remove(trace.Id);
        _backlinks.Remove(trace);
        trace.IsGone = true;
        _spans -= trace.Count;
        _dropped += trace.Count;
        _bytes -= trace.Bytes;
        if (++_gone > _bySeq.Count / 2)
        {
            _bySeq.RemoveAll(t => t.IsGone);
            _gone = 0;
        }
    }

    private int IndexBefore(long seq)
    {
        var (low, high) = (0, _bySeq.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_bySeq[middle].Seq < seq)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private static TraceMoment Moment(Trace trace) => new(trace.Id, trace.Seq, trace.Version, trace.Spans);
}

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>A trace as its store keeps it, under the store's lock.</summary>
internal sealed class Trace(UInt128 id, long seq)
{
    /// <summary>Up to so many spans are looked through; more get an index.</summary>
    private const int Few = 16;
    private const int OwnBytes = 280;
    private const int IndexBytes = 32;

    private SpanEntry[] _spans = new SpanEntry[1];
    private HashSet<ulong>? _index;

    public UInt128 Id => id;

    /// <summary>Its place in the order in which traces began to come.</summary>
    public long Seq => seq;

    /// <summary>Its place in the order of changes.</summary>
    public long Version { get; set; }

    /// <summary>When a span of it came last, by the store's clock.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>Its place in the store's order of changes, the latest last.</summary>
    public LinkedListNode<Trace>? Node { get; set; }

    public bool IsGone { get; set; }

    public long Bytes { get; private set; } = OwnBytes;

    public int Count { get; private set; }

    /// <summary>The spans so far. What is read stays as it is: later ones come behind it, or into another array.</summary>
    public ReadOnlyMemory<SpanEntry> Spans => _spans.AsMemory(0, Count);

    public bool Has(ulong span)
    {
        if (_index is not null)
            return _index.Contains(span);
        foreach (var entry in Spans.Span)
        {
            if (entry.Id == span)
                return true;
        }

        return false;
    }

    public void Add(SpanEntry span)
    {
        if (Count == _spans.Length)
            Array.Resize(ref _spans, Count * 2);
        _spans[Count++] = span;
        if (Count == Few)
        {
            _index = [.. _spans.AsSpan(0, Count).ToArray().Select(s => s.Id)];
            Bytes += Few * IndexBytes;
        }
        else if (_index is not null)
        {
            _index.Add(span.Id);
            Bytes += IndexBytes;
        }

        Bytes += span.Bytes + (2 * IntPtr.Size);
    }
}

/// <summary>A trace at one moment.</summary>
internal sealed record TraceMoment(UInt128 Id, long Seq, long Version, ReadOnlyMemory<SpanEntry> Spans);

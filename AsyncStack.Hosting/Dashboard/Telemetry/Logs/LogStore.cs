using AsyncStack.Hosting.Dashboard.Telemetry.Live;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>The latest log records in the order in which they came.</summary>
internal sealed class LogStore(TelemetryLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Deque<LogEntry> _entries = new();
    private readonly Dictionary<UInt128, OfTrace> _traces = [];
    private readonly long _age = Nanoseconds.Of(limits.Age);
    private long _lastSeq;
    private long _bytes;
    private long _dropped;

    public Pulse Changed { get; } = new();

    public StoreCounts Counts
    {
        get
        {
            lock (_gate)
            {
                Expire();
                return new(_entries.Count, _bytes, _dropped);
            }
        }
    }

    public long LastSeq => Volatile.Read(ref _lastSeq);

    private long FirstSeq => _lastSeq - _entries.Count + 1;

    public void Add(IReadOnlyList<LogEntry> entries)
    {
        if (entries.Count == 0)
            return;
        var now = Nanoseconds.Now(time);
        lock (_gate)
        {
            foreach (var entry in entries)
                Add(entry, now);
            Expire(now);
        }

        Changed.Beat();
    }

    public LogEntry? Find(long seq)
    {
        lock (_gate)
        {
            Expire();
            return seq >= FirstSeq && seq <= _lastSeq ? _entries[(int)(seq - FirstSeq)] : null;
        }
    }

    /// <summary>Some of the records before one, the newest first; none when there are none. Callers filter outside of the lock.</summary>
    public List<LogEntry> ReadBefore(long seq, int most)
    {
        lock (_gate)
        {
            Expire();
            var found = new List<LogEntry>(Math.Min(most, _entries.Count));
            for (var at = Math.Min(seq - 1, _lastSeq); at >= FirstSeq && found.Count < most; at--)
                found.Add(_entries[(int)(at - FirstSeq)]);
            return found;
        }
    }

    /// <summary>Some of the records after one, the oldest first, and how many of those between have gone already.</summary>
    public (List<LogEntry> Entries, long Gone) ReadAfter(long seq, int most)
    {
        lock (_gate)
        {
            Expire();
            var from = Math.Max(seq + 1, FirstSeq);
            var found = new List<LogEntry>();
            for (var at = from; at <= _lastSeq && found.Count < most; at++)
                found.Add(_entries[(int)(at - FirstSeq)]);
            return (found, from - seq - 1);
        }
    }

    /// <summary>The latest records of a trace, the oldest first.</summary>
    public List<LogEntry> ReadTrace(UInt128 trace, int most)
    {
        lock (_gate)
        {
            Expire();
            var found = new List<LogEntry>();
            for (var entry = _traces.GetValueOrDefault(trace).Last; entry is not null && found.Count < most; entry = entry.Before)
                found.Add(entry);
            found.Reverse();
            return found;
        }
    }

    public int CountTrace(UInt128 trace)
    {
        lock (_gate)
            return _traces.GetValueOrDefault(trace).Count;
    }

    private void Add(LogEntry entry, long now)
    {
        entry.Seq = ++_lastSeq;
        entry.ReceivedAt = now;
        _entries.Add(entry);
        _bytes += entry.Bytes;
        if (entry.TraceId != default)
        {
            var (last, count) = _traces.GetValueOrDefault(entry.TraceId);
            if (last is not null)
                (entry.Before, last.After) = (last, entry);
            _traces[entry.TraceId] = new OfTrace(entry, count + 1);
        }

        while (_entries.Count > limits.Logs || (_bytes > limits.Bytes && _entries.Count > 1))
            Drop();
    }

    private void Expire() => Expire(Nanoseconds.Now(time));

    private void Expire(long now)
    {
        while (_entries.Count > 0 && now - _entries[0].ReceivedAt > _age)
            Drop();
    }

    private void Drop()
    {
        var entry = _entries.RemoveFirst();
        _bytes -= entry.Bytes;
        _dropped++;
        if (entry.TraceId == default)
            return;

        // The next one must not keep this one alive.
        entry.After?.Before = null;
        var (last, count) = _traces[entry.TraceId];
        if (count == 1)
            _traces.Remove(entry.TraceId);
        else
            _traces[entry.TraceId] = new OfTrace(last, count - 1);
    }

    private readonly record struct OfTrace(LogEntry? Last, int Count);
}

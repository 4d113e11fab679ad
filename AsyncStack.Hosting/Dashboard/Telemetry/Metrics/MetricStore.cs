using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>The latest points of metrics, by instrument and series.</summary>
internal sealed class MetricStore(TelemetryLimits limits, TimeProvider time)
{
    /// <summary>A series that was silent for so long makes room for another.</summary>
    private static readonly long Silence = Nanoseconds.Of(TimeSpan.FromMinutes(5));
    private static readonly long ExpiryInterval = Nanoseconds.Of(TimeSpan.FromSeconds(10));

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Resource, string Meter, string Name, MetricType Type), Instrument> _instruments = [];
    private readonly Dictionary<string, (long Version, long At)> _senders = [];
    private readonly long _age = Nanoseconds.Of(limits.Age);
    private long _version;
    private long _points;
    private long _bytes;
    private long _dropped;
    private long _nextExpiry;

    public Pulse Changed { get; } = new();

    public long LastVersion => Volatile.Read(ref _version);

    public StoreCounts Counts
    {
        get
        {
            lock (_gate)
            {
                Expire();
                return new(_points, _bytes, _dropped);
            }
        }
    }

    public Refused Add(IReadOnlyList<Reading> readings, Refused refused = default)
    {
        lock (_gate)
        {
            _dropped += refused.Count;
            var now = Nanoseconds.Now(time);
            foreach (var reading in readings)
            {
                if (!Add(reading, now))
                {
                    _dropped++;
                    refused = refused.Add(
                        $"The instrument '{reading.Instrument.Name}' of '{reading.Instrument.Resource}' has {limits.SeriesPerInstrument} combinations of attributes, the most it may have.");
                }
            }

            Expire();
            Shrink();
        }

        if (readings.Count > 0)
            Changed.Beat();
        return refused;
    }

    /// <summary>All instruments with their series, whose labels never change.</summary>
    public List<(InstrumentInfo Info, long LastTime, Series[] Series)> ReadInstruments(string? resource = null)
    {
        lock (_gate)
        {
            Expire();
            return [.. _instruments.Values
                .Where(i => resource is null || i.Info.Resource == resource)
                .Select(i => (i.Info, i.LastTime, i.Series.Values.ToArray()))];
        }
    }

    /// <summary>The instrument of that name which was heard of last.</summary>
    public (InstrumentInfo Info, Series[] Series)? Find(string resource, string meter, string name)
    {
        lock (_gate)
        {
            Expire();
            var found = Enum.GetValues<MetricType>()
                .Select(type => _instruments.GetValueOrDefault((resource, meter, name, type)))
                .MaxBy(i => i?.LastTime ?? 0);
            return found is null ? null : (found.Info, found.Series.Values.ToArray());
        }
    }

    /// <summary>Points of one series, copied: the lock is held for one series at a time.</summary>
    public Point[] Read(Series series, long from, long to)
    {
        lock (_gate)
            return series.Read(from, to);
    }

    public List<Exemplar> ReadExemplars(Series series)
    {
        lock (_gate)
            return [.. series.Exemplars];
    }

    /// <summary>Who has sent points since a version.</summary>
    public (List<string> Resources, long Version) ReadSenders(long version)
    {
        lock (_gate)
            return ([.. _senders.Where(s => s.Value.Version > version).Select(s => s.Key)], _version);
    }

    private bool Add(in Reading reading, long now)
    {
        if (!_instruments.TryGetValue(reading.Instrument.Key, out var instrument))
        {
            instrument = new Instrument(reading.Instrument);
            _instruments.Add(reading.Instrument.Key, instrument);
            _bytes += reading.Instrument.Bytes;
        }

        instrument.Describe(reading.Instrument);
        if (SeriesFor(instrument, reading, now) is not { } series)
            return false;
        var (points, bytes) = (series.Points.Count, series.Bytes);
        _dropped += series.Add(reading, now - _age, limits.PointsPerSeries);
        _points += series.Points.Count - points;
        _bytes += series.Bytes - bytes;
        instrument.LastTime = Math.Max(instrument.LastTime, reading.Time);
        _senders[reading.Instrument.Resource] = (++_version, now);
        return true;
    }

    private Series? SeriesFor(Instrument instrument, in Reading reading, long now)
    {
        var key = new SeriesKey(reading.Origin, reading.Labels);
        if (instrument.Series.TryGetValue(key, out var series))
            return series;
        if (instrument.Series.Count >= limits.SeriesPerInstrument && !MakeRoom(instrument, now))
            return null;
        series = new Series(reading.Origin, reading.Labels);
        instrument.Series.Add(key, series);
        _bytes += series.Bytes;
        return series;
    }

    /// <summary>Removes the series that has been silent for longest, if it was for long; looks through all of them only when there may be one.</summary>
    private bool MakeRoom(Instrument instrument, long now)
    {
        if (now < instrument.NoneSilentBefore)
            return false;
        var (key, oldest) = instrument.Series.MinBy(s => s.Value.LastTime);
        if (now - oldest.LastTime < Silence)
        {
            instrument.NoneSilentBefore = oldest.LastTime + Silence;
            return false;
        }

        Remove(instrument, key, oldest);
        return true;
    }

    private void Remove(Instrument instrument, SeriesKey key, Series series)
    {
        instrument.Series.Remove(key);
        _points -= series.Points.Count;
        _dropped += series.Points.Count;
        _bytes -= series.Bytes;
    }

    private void Expire()
    {
        var now = Nanoseconds.Now(time);
        if (now < _nextExpiry)
            return;
        _nextExpiry = now + ExpiryInterval;
        DropBefore(now - _age);
        foreach (var (name, sender) in _senders)
        {
            if (now - sender.At > Silence)
                _senders.Remove(name);
        }
    }

    /// <summary>Drops the oldest sixteenth of the time until it fits again, with some room to spare, for that takes a look at every series.</summary>
    private void Shrink()
    {
        if (_points <= limits.MetricPoints && _bytes <= limits.Bytes)
            return;
        while (_points > limits.MetricPoints * 0.95 || _bytes > limits.Bytes * 0.95)
        {
            var oldest = _instruments.Values.SelectMany(i => i.Series.Values).Where(s => s.Points.Count > 0).Min(s => s.Points[0].Time);
            var newest = _instruments.Values.Max(i => i.LastTime);
            DropBefore(oldest + Math.Max(1, (newest - oldest) / 16));
            if (_instruments.Count == 0)
                return;
        }
    }

    private void DropBefore(long moment)
    {
        foreach (var (key, instrument) in _instruments)
        {
            foreach (var (seriesKey, series) in instrument.Series)
            {
                var bytes = series.Bytes;
                var dropped = series.DropBefore(moment);
                _points -= dropped;
                _dropped += dropped;
                _bytes += series.Bytes - bytes;
                if (series.Points.Count == 0)
                    Remove(instrument, seriesKey, series);
            }

            if (instrument.Series.Count == 0)
            {
                _instruments.Remove(key);
                _bytes -= instrument.Info.Bytes;
            }
        }
    }

    private readonly record struct SeriesKey(Origin Origin, Tag[] Labels)
    {
        public bool Equals(SeriesKey other) => Origin.Equals(other.Origin) && TagsComparer.Instance.Equals(Labels, other.Labels);

        public override int GetHashCode() => HashCode.Combine(Origin, TagsComparer.Instance.GetHashCode(Labels));
    }

    private sealed class Instrument(InstrumentInfo info)
    {
        public InstrumentInfo Info { get; private set; } = info;
        public Dictionary<SeriesKey, Series> Series { get; } = [];
        public long LastTime { get; set; }
        public long NoneSilentBefore { get; set; }

        /// <summary>The latest word on what it is; of one size with the first, which the budget knows.</summary>
        public void Describe(InstrumentInfo latest)
        {
            if (latest.Bytes == Info.Bytes)
                Info = latest;
        }
    }
}

using AsyncStack.Hosting.Dashboard.Telemetry.Tags;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>The points of one combination of attributes of one process, under the store's lock.</summary>
internal sealed class Series(Origin origin, Tag[] labels)
{
    private const int OwnBytes = 320;
    /// <summary>With its share of the ring's room.</summary>
    private const int PointBytes = 32;
    private const int ExemplarBytes = 72;
    private const int MaxExemplars = 16;

    private readonly Deque<Exemplar> _exemplars = new();

    // What the sender said last, and what its earlier lives came to.
    private Total _said;
    private Total _before;
    private long _saidStart;

    public Origin Origin => origin;

    public Tag[] Labels => labels;

    public Deque<Point> Points { get; } = new();

    public IEnumerable<Exemplar> Exemplars
    {
        get
        {
            for (var i = 0; i < _exemplars.Count; i++)
                yield return _exemplars[i];
        }
    }

    public long Bytes { get; private set; } = OwnBytes + Tag.SizeOf(labels);

    public long LastTime { get; private set; }

    /// <summary>Takes a point in. One that is not later than the last is a repeat and left out.</summary>
    /// <param name="reading">The point.</param>
    /// <param name="earliest">From when on a stream's start is worth a point of its own.</param>
    /// <param name="most">How many points there may be.</param>
    /// <returns>How many points are gone for it.</returns>
    public int Add(in Reading reading, long earliest, int most)
    {
        if (reading.Time <= LastTime)
            return 0;
        var gone = 0;
        var total = TotalAfter(reading, ref gone);
        if (reading.Course != Course.Level && reading.Start > Math.Max(LastTime, earliest) && reading.Start < reading.Time)
            Push(new Point(reading.Start, total.Before.Value, total.Before.Distribution));
        Push(new Point(reading.Time, total.Now.Value, total.Now.Distribution));
        LastTime = reading.Time;
        foreach (var exemplar in reading.Exemplars)
            Push(exemplar);
        return Points.Count > most ? gone + Thin() : gone;
    }

    /// <summary>Drops the points before a moment; returns how many.</summary>
    public int DropBefore(long moment)
    {
        var dropped = 0;
        while (Points.Count > 0 && Points[0].Time < moment)
        {
            Bytes -= SizeOf(Points.RemoveFirst());
            dropped++;
        }

        Points.KeepLast(Points.Count);
        while (_exemplars.Count > 0 && _exemplars[0].Time < moment)
        {
            _exemplars.RemoveFirst();
            Bytes -= ExemplarBytes;
        }

        return dropped;
    }

    /// <summary>The points of a time, two before it and one after it.</summary>
    public Point[] Read(long from, long to)
    {
        var first = Math.Max(0, FirstAfter(from) - 2);
        var end = Math.Min(Points.Count, FirstAfter(to) + 1);
        var points = new Point[Math.Max(0, end - first)];
        for (var i = 0; i < points.Length; i++)
            points[i] = Points[first + i];
        return points;
    }

    private (Total Before, Total Now) TotalAfter(in Reading reading, ref int gone)
    {
        var now = new Total(reading.Value, reading.Distribution);
        if (reading.Course == Course.Level)
            return (default, now);
        if (reading.Course == Course.Delta || IsReset(reading))
        {
            // Of a delta everything before is an earlier life.
            _before = _before.Plus(_said) ?? default;
            _said = default;
        }

        var before = _before.Plus(_said) ?? default;
        if (_before.Plus(now) is not { } total)
        {
            // Other buckets than before: the two cannot be told in one line.
            gone += DropBefore(long.MaxValue);
            (_before, before, total) = (default, default, now);
        }

        (_said, _saidStart) = (now, reading.Start);
        return (before, total);
    }

    /// <summary>Whether the sender counts from 0 again.</summary>
    private bool IsReset(in Reading reading) =>
        reading.Value < _said.Value || (reading.Start > _saidStart && reading.Start >= LastTime && LastTime > 0);

    private void Push(Point point)
    {
        Points.Add(point);
        Bytes += SizeOf(point);
    }

    private void Push(Exemplar exemplar)
    {
        if (_exemplars.Count == MaxExemplars)
            _exemplars.RemoveFirst();
        else
            Bytes += ExemplarBytes;
        _exemplars.Add(exemplar);
    }

    private int Thin()
    {
        var thinned = Points.Thin(Points.Count / 2);
        Bytes = OwnBytes + Tag.SizeOf(labels) + (ExemplarBytes * _exemplars.Count);
        for (var i = 0; i < Points.Count; i++)
            Bytes += SizeOf(Points[i]);
        return thinned;
    }

    private int FirstAfter(long moment)
    {
        var (low, high) = (0, Points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Points[middle].Time <= moment)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static int SizeOf(Point point) => PointBytes + (point.Distribution?.Bytes ?? 0);

    private readonly record struct Total(double Value, Distribution? Distribution)
    {
        public Total? Plus(Total later) =>
            Distribution is null ? new Total(Value + later.Value, later.Distribution)
            : later.Distribution is null ? new Total(Value + later.Value, Distribution)
            : Distribution.Plus(later.Distribution) is { } both ? new Total(Value + later.Value, both)
            : null;
    }
}

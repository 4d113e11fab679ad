namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>The points of one series over a time, and what can be read off between them.</summary>
internal sealed class Curve(Point[] points)
{
    /// <summary>Two points further apart have a gap between them.</summary>
    private static readonly long Gap = Nanoseconds.Of(TimeSpan.FromMinutes(5));

    /// <summary>How much a growing total has grown between two moments, and over which part of that time it is known; points are joined by straight lines.</summary>
    public (double Increase, long Nanoseconds)? Increase(long from, long to)
    {
        if (points.Length < 2)
            return null;
        from = Math.Max(from, points[0].Time);
        to = Math.Min(to, points[^1].Time);
        return from >= to ? null : (ValueAt(to) - ValueAt(from), to - from);
    }

    /// <summary>A level holds until the next point; after the last one for as long as the next may be expected.</summary>
    public double? Level(long moment, long step)
    {
        var index = LastUntil(moment);
        if (index < 0)
            return null;
        var (time, value, _) = points[index];
        if (index + 1 < points.Length)
            return points[index + 1].Time - time <= Gap ? value : moment - time <= step ? value : null;
        var interval = index > 0 ? Math.Min(Gap, time - points[index - 1].Time) : 0;
        return moment - time <= Math.Max(step, interval + (interval / 2)) ? value : null;
    }

    /// <summary>
    /// What a histogram has counted between two moments: from the last point before the one to the first after the other, because a
    /// distribution cannot be divided. Null when nothing is known.
    /// </summary>
    public Distribution? Between(long from, long to)
    {
        var last = LastUntil(to);
        if (last < 0 || points[^1].Time <= from || points[0].Time >= to)
            return null;
        if (points[last].Time < to && last + 1 < points.Length)
            last++;
        var first = Math.Max(0, LastUntil(from));
        if (first == last)
            return null;
        var (earlier, later) = (points[first].Distribution, points[last].Distribution);
        return earlier is null ? later : later?.Minus(earlier);
    }

    private double ValueAt(long moment)
    {
        var index = LastUntil(moment);
        var (time, value, _) = points[index];
        if (time == moment || index + 1 == points.Length)
            return value;
        var next = points[index + 1];
        return value + ((next.Value - value) * ((double)(moment - time) / (next.Time - time)));
    }

    /// <summary>Index of the last point until a moment; -1 when there is none.</summary>
    private int LastUntil(long moment)
    {
        var (low, high) = (0, points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle].Time <= moment)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }
}

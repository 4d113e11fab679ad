namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>What of an instrument is asked for, over which time.</summary>
/// <param name="From">Nanoseconds since the epoch.</param>
/// <param name="To">Nanoseconds since the epoch.</param>
/// <param name="Step">Nanoseconds between two values.</param>
/// <param name="Filters">Labels that series must have.</param>
/// <param name="By">Labels that divide the series; without any they become one.</param>
/// <param name="View"><c>rate</c>, <c>value</c>, <c>count</c> or <c>percentiles</c>; null for what suits the instrument.</param>
internal sealed record ChartQuery(long From, long To, long Step, KeyValuePair<string, string>[] Filters, string[] By, string? View)
{
    /// <summary>More than any screen has pixels for.</summary>
    private const int MaxSteps = 2000;
    private const int UsualSteps = 240;

    /// <summary>In the year 2223, from where a step does not yet leave what a long can hold.</summary>
    private const double Latest = 8e15;

    public static readonly IReadOnlyList<string> Views = ["rate", "value", "count", "percentiles"];

    public static ChartQuery Read(Query query, TimeProvider time)
    {
        var now = Nanoseconds.Now(time);
        var to = query.Number("to", 1, Latest) is { } end ? Nanoseconds.FromMicroseconds(end) : now;
        var from = query.Number("from", 0, Latest) is { } begin ? Nanoseconds.FromMicroseconds(begin) : to - (300 * Nanoseconds.PerSecond);
        if (from >= to)
            query.Refuse("from", "from must be earlier than to.");
        var seconds = query.Number("step", 0.1, 1e6) ?? Math.Max(1, Math.Ceiling((to - from) / (double)Nanoseconds.PerSecond / UsualSteps));
        var step = (long)(seconds * Nanoseconds.PerSecond);
        if ((to - from) / step > MaxSteps)
            query.Refuse("step", $"step is {seconds} s, which makes more than {MaxSteps} steps from from to to; make it {Math.Ceiling((to - from) / (double)Nanoseconds.PerSecond / MaxSteps)} or more.");
        return new ChartQuery(from, to, step, query.Pairs("filter"), query.All("by"), query.OneOf("view", Views));
    }

    /// <summary>
    /// The ends of the steps that touch the time asked for; they are multiples of the step, so that a later query of the same time has the
    /// same steps.
    /// </summary>
    public long[] Steps()
    {
        var first = ((From / Step) + 1) * Step;
        var steps = new List<long>();
        for (var moment = first; moment - Step < To; moment += Step)
            steps.Add(moment);
        return [.. steps];
    }
}

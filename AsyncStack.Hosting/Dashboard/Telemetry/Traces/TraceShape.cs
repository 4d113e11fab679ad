namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>What a trace is at a glance.</summary>
/// <param name="Head">Its root, or its earliest span while the root has not come.</param>
/// <param name="Start">The first start, in nanoseconds since the epoch.</param>
/// <param name="Duration">From the first start to the last end, in nanoseconds.</param>
/// <param name="RootMissing">No span of it is without parent.</param>
internal readonly record struct TraceShape(SpanEntry Head, long Start, long Duration, bool RootMissing)
{
    public static TraceShape Of(ReadOnlySpan<SpanEntry> spans)
    {
        SpanEntry? root = null;
        var (first, end) = (spans[0], spans[0].End);
        foreach (var span in spans)
        {
            if (span.Start < first.Start)
                first = span;
            if (span.ParentId == 0 && (root is null || span.Start < root.Start))
                root = span;
            end = Math.Max(end, span.End);
        }

        return new(root ?? first, first.Start, end - first.Start, root is null);
    }
}

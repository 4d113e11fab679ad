using System.Collections.Concurrent;
using System.Diagnostics;

namespace AsyncStack.Testing;

/// <summary>
/// Listens to the product's spans and those of the database client, and keeps those of the traces a test has begun: others run beside it.
/// </summary>
public sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentDictionary<ActivityTraceId, ConcurrentQueue<Activity>> _traces = new();

    public SpanRecorder()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql" || source.Name.StartsWith("AsyncStack.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => _traces.GetValueOrDefault(span.TraceId)?.Enqueue(span),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Begins a trace, as a caller does.</summary>
    public ActivityContext Begin()
    {
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        _traces[trace.TraceId] = new();
        return trace;
    }

    /// <summary>The spans of a trace that have ended.</summary>
    public IReadOnlyList<Activity> Of(ActivityContext trace) => [.. _traces[trace.TraceId]];

    /// <summary>The span of that name in the trace, once it has ended.</summary>
    public async Task<Activity> FindAsync(ActivityContext trace, string name)
    {
        Activity? found = null;
        try
        {
            await Waiting.ForAsync(() => (found = Of(trace).FirstOrDefault(s => s.DisplayName == name)) is not null);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"No span '{name}'; there are: {string.Join(", ", Of(trace).Select(s => s.DisplayName))}", exception);
        }

        return found!;
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>Trace contexts as they are written.</summary>
public static class TraceContextExtensions
{
    /// <summary>As W3C <c>traceparent</c>.</summary>
    public static string ToTraceParent(this ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-{(int)context.TraceFlags:x2}";

    /// <summary>The spans that a span is linked to.</summary>
    public static IEnumerable<string> LinkedSpans(this Activity span) => span.Links.Select(l => l.Context.SpanId.ToHexString());
}

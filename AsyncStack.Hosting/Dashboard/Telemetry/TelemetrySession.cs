using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>The telemetry of one run of a graph: the one that goes on, or one from a file.</summary>
internal sealed class TelemetrySession : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly SpanIngest _spans;
    private readonly LogIngest _logs;
    private readonly MetricIngest _metrics;

    public TelemetrySession(TelemetryLimits limits, TimeProvider time)
    {
        Spans = new SpanStore(limits, time);
        Logs = new LogStore(limits, time);
        Metrics = new MetricStore(limits, time);
        Closed = _closed.Token;
        var (texts, origins) = (new SharedTexts(), new OriginReader());
        _spans = new SpanIngest(Spans, texts, origins);
        _logs = new LogIngest(Logs, texts, origins, time);
        _metrics = new MetricIngest(Metrics, texts, origins, limits, time);
    }

    public SpanStore Spans { get; }

    public LogStore Logs { get; }

    public MetricStore Metrics { get; }

    /// <summary>Ends the streams that read from a session that is closed.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Keeps spans.</summary>
    public Refused Add(ExportTraceServiceRequest request) => _spans.Add(request.ResourceSpans);

    /// <summary>Keeps log records.</summary>
    public Refused Add(ExportLogsServiceRequest request)
    {
        _logs.Add(request.ResourceLogs);
        return default;
    }

    /// <summary>Keeps points of metrics.</summary>
    public Refused Add(ExportMetricsServiceRequest request) => _metrics.Add(request.ResourceMetrics);

    public TraceSummary Summary(TraceMoment trace) => TraceSummary.Of(trace, Logs.CountTrace(trace.Id));

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }
}

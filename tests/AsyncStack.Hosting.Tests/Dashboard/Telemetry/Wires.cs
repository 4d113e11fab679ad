using System.Buffers.Binary;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry;
using Google.Protobuf;
using Status = AsyncStack.Hosting.Dashboard.Otlp.Wire.Status;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>Makes requests of OTLP.</summary>
internal static class Wires
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ulong At(double seconds) => (ulong)(Nanoseconds.Of(Start) + (long)(seconds * 1e9));

    /// <summary>A start; 0 tells none.</summary>
    private static ulong Since(double seconds) => seconds == 0 ? 0 : At(seconds);

    /// <summary>The same moment in the Api's microseconds.</summary>
    public static decimal Micros(double seconds) => At(seconds) / 1000m;

    public static ByteString TraceId(int number)
    {
        var bytes = new byte[16];
        bytes[0] = 0xa0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), number);
        return ByteString.CopyFrom(bytes);
    }

    public static ByteString SpanId(int number)
    {
        var bytes = new byte[8];
        bytes[0] = 0xb0;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), number);
        return ByteString.CopyFrom(bytes);
    }

    public static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    public static KeyValue Attribute(string key, object value) => new()
    {
        Key = key,
        Value = value switch
        {
            string text => new AnyValue { StringValue = text },
            bool flag => new AnyValue { BoolValue = flag },
            int number => new AnyValue { IntValue = number },
            long number => new AnyValue { IntValue = number },
            double number => new AnyValue { DoubleValue = number },
            _ => throw new ArgumentException(value.GetType().Name, nameof(value)),
        },
    };

    public static Resource Resource(string service, string? instance = null)
    {
        var resource = new Resource { Attributes = { Attribute("service.name", service) } };
        if (instance is not null)
            resource.Attributes.Add(Attribute("service.instance.id", instance));
        return resource;
    }

    public static Span Span(int trace, int span, int parent = 0, string name = "work", double start = 0, double end = 1, bool error = false) => new()
    {
        TraceId = TraceId(trace),
        SpanId = SpanId(span),
        ParentSpanId = parent == 0 ? ByteString.Empty : SpanId(parent),
        Name = name,
        Kind = AsyncStack.Hosting.Dashboard.Otlp.Wire.Span.Types.SpanKind.Server,
        StartTimeUnixNano = At(start),
        EndTimeUnixNano = At(end),
        Status = error ? new Status { Code = Status.Types.StatusCode.Error, Message = "it broke" } : null,
    };

    public static ExportTraceServiceRequest Spans(string service, params Span[] spans) => new()
    {
        ResourceSpans = { new ResourceSpans { Resource = Resource(service), ScopeSpans = { new ScopeSpans { Scope = new() { Name = "tests" }, Spans = { spans } } } } },
    };

    public static LogRecord Log(string body, SeverityNumber severity = SeverityNumber.Info, double at = 0, int trace = 0, int span = 0) => new()
    {
        TimeUnixNano = At(at),
        SeverityNumber = severity,
        Body = new AnyValue { StringValue = body },
        TraceId = trace == 0 ? ByteString.Empty : TraceId(trace),
        SpanId = span == 0 ? ByteString.Empty : SpanId(span),
    };

    public static ExportLogsServiceRequest Logs(string service, params LogRecord[] records) => new()
    {
        ResourceLogs = { new ResourceLogs { Resource = Resource(service), ScopeLogs = { new ScopeLogs { Scope = new() { Name = "Tests.Logger" }, LogRecords = { records } } } } },
    };

    public static NumberDataPoint Number(double value, double at, double start = 0, params KeyValue[] labels) => new()
    {
        AsDouble = value,
        TimeUnixNano = At(at),
        StartTimeUnixNano = Since(start),
        Attributes = { labels },
    };

    public static HistogramDataPoint Histogram(double at, double start, double[] bounds, params ulong[] counts) => new()
    {
        TimeUnixNano = At(at),
        StartTimeUnixNano = Since(start),
        ExplicitBounds = { bounds },
        BucketCounts = { counts },
        Count = counts.Aggregate(0UL, (sum, c) => sum + c),
        Sum = 1,
    };

    public static Metric Sum(string name, AggregationTemporality temporality, bool monotonic, params NumberDataPoint[] points) =>
        new() { Name = name, Unit = "{thing}", Sum = new() { AggregationTemporality = temporality, IsMonotonic = monotonic, DataPoints = { points } } };

    public static Metric Gauge(string name, params NumberDataPoint[] points) => new() { Name = name, Gauge = new() { DataPoints = { points } } };

    public static ExportMetricsServiceRequest Metrics(Resource resource, params Metric[] metrics) => new()
    {
        ResourceMetrics = { new ResourceMetrics { Resource = resource, ScopeMetrics = { new ScopeMetrics { Scope = new() { Name = "Tests.Meter" }, Metrics = { metrics } } } } },
    };

    public static ExportMetricsServiceRequest Metrics(params Metric[] metrics) => Metrics(Resource("api"), metrics);
}

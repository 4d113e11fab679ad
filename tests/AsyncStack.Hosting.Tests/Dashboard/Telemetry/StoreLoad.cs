using System.Globalization;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry;
using Google.Protobuf;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>Fills the stores beyond every limit, in a process of its own whose memory is nobody else's.</summary>
internal static class StoreLoad
{
    public const string Verb = "--store-load";

    private const int PerRequest = 500;
    private const int Services = 10;

    /// <summary>Prints spans, log records and points taken in a second of processor time, from the wire on, and the bytes of the heap.</summary>
    public static int Run()
    {
        var time = new ManualTime();
        using var session = new TelemetrySession(new TelemetryLimits(), time);
        var spans = Measure(300, n => Take(session, ExportTraceServiceRequest.Parser, Spans(n), (s, r) => s.Add(r)));
        var logs = Measure(300, n => Take(session, ExportLogsServiceRequest.Parser, Logs(n), (s, r) => s.Add(r)));
        var points = Measure(2200, n =>
        {
            time.Now = Wires.Start.AddSeconds(n);
            return Take(session, ExportMetricsServiceRequest.Parser, Metrics(n), (s, r) => s.Add(r));
        });
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var counts = (session.Spans.Counts, session.Logs.Counts, session.Metrics.Counts);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{spans:F0} {logs:F0} {points:F0} {heap}"));
        Console.WriteLine(counts);
        GC.KeepAlive(session);
        return 0;
    }

    /// <summary>Items a second of processor time, whatever else the machine does; requests are made beforehand.</summary>
    private static double Measure(int requests, Func<int, TimeSpan> send)
    {
        var spent = TimeSpan.Zero;
        for (var n = 0; n < requests; n++)
            spent += send(n);
        return requests * PerRequest / spent.TotalSeconds;
    }

    private static TimeSpan Take<T>(TelemetrySession session, MessageParser<T> parser, T request, Action<TelemetrySession, T> add)
        where T : class, IMessage<T>
    {
        var bytes = request.ToByteArray();
        var start = Environment.CpuUsage.TotalTime;
        add(session, parser.ParseFrom(bytes));
        return Environment.CpuUsage.TotalTime - start;
    }

    private static ExportTraceServiceRequest Spans(int n) => Wires.Spans($"service-{n % Services}", [.. Enumerable.Range(1, PerRequest).Select(i =>
    {
        var number = (n * PerRequest) + i;
        var span = Wires.Span(1 + (number / 10), number, parent: number % 10 == 0 ? 0 : number - 1, name: $"GET /things/{i % 20}", start: number / 1000.0, end: (number / 1000.0) + 0.1);
        span.Attributes.AddRange(
        [
            Wires.Attribute("http.request.method", "GET"), Wires.Attribute("http.response.status_code", 200), Wires.Attribute("http.route", $"/things/{i % 20}"),
            Wires.Attribute("url.path", $"/things/{number}"), Wires.Attribute("server.address", "localhost"), Wires.Attribute("server.port", 5000),
            Wires.Attribute("correlation_id", $"c-{number:D12}"), Wires.Attribute("network.protocol.version", "1.1"),
        ]);
        return span;
    })]);

    private static ExportLogsServiceRequest Logs(int n) => Wires.Logs($"service-{n % Services}", [.. Enumerable.Range(1, PerRequest).Select(i =>
    {
        var number = (n * PerRequest) + i;
        var record = Wires.Log($"Job {number} was done in {i} ms by the worker", at: number / 1000.0, trace: 1 + (number / 10), span: number);
        record.Attributes.AddRange([Wires.Attribute("{OriginalFormat}", "Job {Id} was done in {Duration} ms by the worker"), Wires.Attribute("Id", number), Wires.Attribute("Duration", i)]);
        return record;
    })]);

    /// <summary>Fifty series of ten instruments, one in ten a histogram of fifteen buckets.</summary>
    private static ExportMetricsServiceRequest Metrics(int n)
    {
        var bounds = Enumerable.Range(1, 14).Select(b => b * 10.0).ToArray();
        return Wires.Metrics([.. Enumerable.Range(0, 10).Select(instrument => instrument == 0
            ? new Metric { Name = "histogram", Histogram = new() { AggregationTemporality = AggregationTemporality.Cumulative, DataPoints = { Enumerable.Range(0, PerRequest / 10).Select(series => Labelled(Wires.Histogram(n, 0, bounds, [.. Enumerable.Repeat((ulong)n, 15)]), series)) } } }
            : Wires.Sum($"sum-{instrument}", AggregationTemporality.Cumulative, true, [.. Enumerable.Range(0, PerRequest / 10).Select(series => Wires.Number(n, n, 0, Wires.Attribute("series", series)))]))]);

        static HistogramDataPoint Labelled(HistogramDataPoint point, int series)
        {
            point.Attributes.Add(Wires.Attribute("series", series));
            return point;
        }
    }
}

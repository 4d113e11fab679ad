using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

/// <summary>Official SDKs send all signals over every protocol, and the queries tell what came.</summary>
public sealed partial class SdkTests : IAsyncLifetime
{
    private const string Headers = $"x-otlp-api-key={TelemetryHost.Key}";

    private TelemetryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TelemetryHost.StartAsync(TimeProvider.System);

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("http/protobuf", "proto", "none")]
    [InlineData("http/json", "http", "none")]
    [InlineData("grpc", "grpc", "none")]
    [InlineData("http/protobuf", "proto", "gzip")]
    [InlineData("http/json", "http", "gzip")]
    [InlineData("grpc", "grpc", "gzip")]
    public async Task What_the_SDK_of_JavaScript_sends_is_told_by_the_queries(string protocol, string kind, string compression)
    {
        var (exitCode, ids, errors) = await NodeSender.SendAsync(protocol, protocol == "grpc" ? _host.Grpc : _host.Http, Headers.Replace(" ", "%20", StringComparison.Ordinal), compression);

        Assert.True(exitCode == 0, errors);
        var trace = await _host.GetAsync($"/api/traces/{ids.GetProperty("trace").GetString()}");
        var (root, child) = (Span(trace, "GET /node"), Span(trace, "work"));
        Assert.Equal(("GET /node", "server", $"node-{kind}", "node-1", "node-tracer"), (Text(root, "name"), Text(root, "kind"), Text(root, "resource"), Text(root, "instance"), Text(root, "scope")));
        Assert.Equal("""{"http.request.method":"GET","http.response.status_code":500,"ratio":0.5,"ok":true,"list":[1,2]}""", root.GetProperty("attributes").GetRawText());
        Assert.Equal(("work", "error", "no luck", Text(root, "spanId")), (Text(child, "name"), Text(child, "status"), Text(child, "statusMessage"), Text(child, "parentSpanId")));
        Assert.Equal("it broke", Text(child.GetProperty("events")[0].GetProperty("attributes"), "exception.message"));
        Assert.Equal(ids.GetProperty("cause").GetString(), Text(child.GetProperty("links")[0], "traceId"));
        Assert.Equal("from within", Text(trace.GetProperty("logs")[0], "body"));
        var cause = await _host.GetAsync($"/api/traces/{ids.GetProperty("cause").GetString()}");
        Assert.Equal(ids.GetProperty("span").GetString(), Text(cause.GetProperty("spans")[0].GetProperty("backlinks")[0], "spanId"));

        var logs = (await _host.GetAsync($"/api/logs?resource=node-{kind}")).GetProperty("logs");
        Assert.Equal(("{\"a\":1}", "node.event", "info"), (Text(logs[0], "body"), Text(logs[0], "eventName"), Text(logs[0], "severity")));
        Assert.Equal(("warn", "node-logger", ids.GetProperty("span").GetString()), (Text(logs[1], "severity"), Text(logs[1], "category"), Text(logs[1], "spanId")));
        Assert.Equal(("ü", 7), (Text(logs[1].GetProperty("attributes").GetProperty("user"), "name"), logs[1].GetProperty("attributes").GetProperty("user").GetProperty("age").GetInt32()));

        var instruments = (await _host.GetAsync($"/api/metrics?resource=node-{kind}")).GetProperty("instruments");
        Assert.Equal(
            ["node.duration histogram cumulative", "node.exponential exponentialHistogram cumulative", "node.held sum cumulative", "node.jobs sum cumulative", "node.level gauge "],
            instruments.EnumerateArray().Select(i => $"{Text(i, "name")} {Text(i, "type")} {Text(i, "temporality")}"));
        Assert.Equal("bad:3 ok:7", await LatestAsync($"node-{kind}", "node-meter", "node.jobs", "&by=result"));
        Assert.Equal("one:42.5", await LatestAsync($"node-{kind}", "node-meter", "node.level", "&by=queue"));
        Assert.Equal(":3", await LatestAsync($"node-{kind}", "node-meter", "node.held", ""));
        Assert.Equal(0.1 + (0.9 * 0.75), await MedianAsync($"node-{kind}", "node-meter", "node.duration"), 6);
        Assert.InRange(await MedianAsync($"node-{kind}", "node-meter", "node.exponential"), 0.45, 0.5);
    }

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("http/json")]
    [InlineData("grpc")]
    public async Task The_SDK_of_JavaScript_is_refused_without_the_key(string protocol)
    {
        var (exitCode, _, errors) = await NodeSender.SendAsync(protocol, protocol == "grpc" ? _host.Grpc : _host.Http, "");

        Assert.Equal(1, exitCode);
        Assert.Contains(protocol == "grpc" ? "16 UNAUTHENTICATED" : "401", errors, StringComparison.Ordinal);
        Assert.Equal((0L, 0L, 0L), (_host.Stores.Live.Spans.Counts.Kept, _host.Stores.Live.Logs.Counts.Kept, _host.Stores.Live.Metrics.Counts.Kept));
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task What_the_SDK_of_dotnet_sends_is_told_by_the_queries(OtlpExportProtocol protocol)
    {
        var name = $"dotnet-{protocol}";
        var resource = ResourceBuilder.CreateEmpty().AddService(name, serviceInstanceId: "dotnet-1");
        using var source = new ActivitySource(name);
        using var meter = new Meter(name);
        using var tracing = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(name).AddOtlpExporter(o => Configure(o, protocol, "/v1/traces")).Build();
        using var metering = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(name).SetExemplarFilter(ExemplarFilterType.TraceBased)
            .AddOtlpExporter((o, reader) =>
            {
                Configure(o, protocol, "/v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 600_000;
            }).Build();
        using var logging = LoggerFactory.Create(b => b.AddOpenTelemetry(o =>
        {
            o.SetResourceBuilder(resource);
            o.IncludeFormattedMessage = true;
            o.AddOtlpExporter(e => Configure(e, protocol, "/v1/logs"));
        }));
        var counter = meter.CreateCounter<long>("jobs");
        var histogram = meter.CreateHistogram<double>("duration");
        string trace;
        using (var activity = source.StartActivity("process", ActivityKind.Consumer)!)
        {
            trace = activity.TraceId.ToHexString();
            Done(logging.CreateLogger("Tests.Jobs"), 7);
            counter.Add(7);
            histogram.Record(30);
        }

        Assert.True(tracing.ForceFlush());
        Assert.True(metering.ForceFlush());
        logging.Dispose();

        var told = await _host.GetAsync($"/api/traces/{trace}");
        Assert.Equal(("process", "consumer", name, "dotnet-1"), (
            Text(told.GetProperty("spans")[0], "name"), Text(told.GetProperty("spans")[0], "kind"), Text(told.GetProperty("spans")[0], "resource"), Text(told.GetProperty("spans")[0], "instance")));
        var log = told.GetProperty("logs")[0];
        Assert.Equal(("Job 7 is done", "Job {Id} is done", "Tests.Jobs", "info"), (Text(log, "body"), Text(log, "template"), Text(log, "category"), Text(log, "severity")));
        Assert.Equal(":7", await LatestAsync(name, name, "jobs", ""));
        Assert.Equal(25 + (25 * 0.5), await MedianAsync(name, name, "duration"), 6);
        var now = Now();
        var chart = await _host.GetAsync($"/api/metrics/series?resource={name}&meter={name}&name=duration&from={now - 60e6}&to={now + 1e6}");
        Assert.Equal((trace, 30), (Text(chart.GetProperty("exemplars")[0], "traceId"), chart.GetProperty("exemplars")[0].GetProperty("value").GetInt32()));
    }

    private void Configure(OtlpExporterOptions options, OtlpExportProtocol protocol, string path)
    {
        options.Protocol = protocol;
        options.Endpoint = protocol == OtlpExportProtocol.Grpc ? _host.Grpc : new Uri(_host.Http, path);
        options.Headers = Headers;
    }

    /// <summary>The last value of each line, by its label.</summary>
    private async Task<string> LatestAsync(string resource, string meter, string name, string more)
    {
        var now = Now();
        var chart = await _host.GetAsync($"/api/metrics/series?resource={resource}&meter={meter}&name={name}&from={now - 60e6}&to={now + 1e6}&step=1&view=value{more}");
        return string.Join(' ', chart.GetProperty("series").EnumerateArray()
            .Select(s => $"{string.Concat(s.GetProperty("labels").EnumerateObject().Select(l => l.Value.GetString()))}:{s.GetProperty("values").EnumerateArray().Last(v => v.ValueKind == JsonValueKind.Number).GetDouble()}")
            .Order(StringComparer.Ordinal));
    }

    private async Task<double> MedianAsync(string resource, string meter, string name)
    {
        var now = Now();
        var chart = await _host.GetAsync($"/api/metrics/series?resource={resource}&meter={meter}&name={name}&from={now - 60e6}&to={now + 1e6}&step=61");
        return chart.GetProperty("series")[0].GetProperty("percentiles").GetProperty("50").EnumerateArray().Last(v => v.ValueKind == JsonValueKind.Number).GetDouble();
    }

    private static JsonElement Span(JsonElement trace, string name) => trace.GetProperty("spans").EnumerateArray().Single(s => Text(s, "name") == name);

    private static double Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000.0;

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    [LoggerMessage(LogLevel.Information, "Job {Id} is done")]
    private static partial void Done(ILogger logger, int id);
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AsyncStack.ServiceDefaults.Tests.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace AsyncStack.ServiceDefaults.Tests.Telemetry;

[Collection("One tracer provider at a time")]
public sealed class OtlpTests
{
    private static readonly string[] Paths = ["/things/7001", "/things/7002"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_over_HTTP_by_the_time_the_service_has_stopped()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint, new()
        {
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-team=blue",
            ["OTEL_SERVICE_NAME"] = "thing-service",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.region=moon",
        });

        await service.Client.GetStringAsync("/things/7", Stop);
        await service.DisposeAsync();

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Paths);
        Assert.All(collector.Headers, header => Assert.Equal("application/x-protobuf blue", header));
        Assert.All(collector.Paths, path => Assert.Contains("thing-service", collector.Received(path), StringComparison.Ordinal));
        Assert.All(collector.Paths, path => Assert.Contains("moon", collector.Received(path), StringComparison.Ordinal));
        Assert.Contains("http_requests", collector.Received("/v1/metrics"), StringComparison.Ordinal);
        Assert.Contains("thing 7 was asked for", collector.Received("/v1/logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_span_is_named_by_its_route_and_carries_what_the_conventions_ask()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint);
        await service.Client.GetStringAsync("/things/7", Stop);
        await service.DisposeAsync();

        var traces = collector.Received("/v1/traces");

        Assert.All(
            ["GET /things/{id}", "http.request.method", "http.response.status_code", "http.route", "url.path", "/things/7"],
            expected => Assert.Contains(expected, traces, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_traced()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint);
        await service.Client.GetStringAsync("/health", Stop);
        await service.Client.GetStringAsync("/metrics", Stop);
        await service.Client.GetStringAsync("/things/7", Stop);
        await service.DisposeAsync();

        Assert.Contains("GET /things", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("GET /health", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("GET /metrics", collector.Received("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scrape_in_OpenMetrics_links_a_duration_to_its_trace()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint);
        await service.Client.GetStringAsync("/things/7", Stop);
        service.Client.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text");

        var families = PrometheusParser.Parse(await service.Client.GetStringAsync("/metrics", Stop), openMetrics: true);

        Assert.Contains(
            families["http_request_duration_seconds"].Samples,
            sample => sample.Labels["route"] == "/things/{id}" && sample.Exemplar?.StartsWith("{trace_id=\"", StringComparison.Ordinal) == true);
    }

    // A ratio is decided by the trace id: of one near the lowest and one near the highest it keeps one at a half.
    [Theory]
    [InlineData("always_off", null, "01", 0)]
    [InlineData("always_on", null, "00", 2)]
    [InlineData("parentbased_always_on", null, "00", 0)]
    [InlineData("parentbased_always_off", null, "01", 2)]
    [InlineData("traceidratio", "0", "01", 0)]
    [InlineData("traceidratio", "0.5", "00", 1)]
    [InlineData("traceidratio", "1", "00", 2)]
    [InlineData("parentbased_traceidratio", "0.5", "01", 2)]
    public async Task The_sampler_is_chosen_by_its_standard_variables(string sampler, string? argument, string flags, int kept)
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(
            collector.Endpoint, new() { ["OTEL_TRACES_SAMPLER"] = sampler, ["OTEL_TRACES_SAMPLER_ARG"] = argument });
        await GetAsync(service, Paths[0], $"00-00000000000000010000000000000001-b7ad6b7169203331-{flags}");
        await GetAsync(service, Paths[1], $"00-fffffffffffffffefffffffffffffffe-b7ad6b7169203331-{flags}");
        await service.DisposeAsync();

        var traces = collector.Received("/v1/traces");
        Assert.Equal(kept, Paths.Count(path => traces.Contains(path, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Calls_that_loops_make_by_themselves_are_left_out_and_those_of_requests_are_not()
    {
        await using var collector = await Collector.StartAsync();
        await using var called = await TestService.StartAsync(map: app => app.MapGet("/called/{by}", (string by) => by));
        await using var service = await TestService.StartAsync(
            map: app => app.MapGet("/", (IHttpClientFactory clients) => clients.CreateClient().GetStringAsync(new Uri(called.Client.BaseAddress!, "/called/request"), Stop)),
            settings: Settings(collector.Endpoint));

        await service.Client.GetStringAsync("/", Stop);
        Activity.Current = null;
        await service.Get<IHttpClientFactory>().CreateClient().GetStringAsync(new Uri(called.Client.BaseAddress!, "/called/loop"), Stop);

        await service.DisposeAsync();
        Assert.Contains("/called/request", collector.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/called/loop", collector.Received("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_record_carries_the_trace_of_its_request()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint);
        byte[] trace = [0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c];
        await GetAsync(service, "/things/7", $"00-{Convert.ToHexStringLower(trace)}-b7ad6b7169203331-01");
        await service.DisposeAsync();

        Assert.Contains(System.Text.Encoding.UTF8.GetString(trace), collector.Received("/v1/logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_refuses_costs_requests_nothing_and_the_stop_little()
    {
        await using var service = await StartAsync("http://127.0.0.1:1");
        for (var i = 0; i < 100; i++)
            await service.Client.GetStringAsync("/things/7", Stop);

        var started = Stopwatch.GetTimestamp();
        await service.DisposeAsync();

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), $"stopped after {Stopwatch.GetElapsedTime(started)}");
    }

    [Fact]
    public async Task By_default_everything_goes_out_over_gRPC()
    {
        await using var collector = await Collector.StartAsync(HttpProtocols.Http2);
        await using var service = await StartAsync(collector.Endpoint, new() { ["OTEL_EXPORTER_OTLP_PROTOCOL"] = null });
        await service.Client.GetStringAsync("/things/7", Stop);
        await service.DisposeAsync();

        Assert.Equal(
            [
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            ],
            collector.Paths);
    }

    [Fact]
    public async Task A_collector_that_never_answers_delays_neither_requests_nor_the_stop_for_long()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var service = await StartAsync($"http://{silent.LocalEndpoint}");
        var started = Stopwatch.GetTimestamp();

        for (var i = 0; i < 100; i++)
            await service.Client.GetStringAsync("/things/7", Stop);
        var served = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await service.DisposeAsync();
        var stopped = Stopwatch.GetElapsedTime(started);

        // One export gives up after 10 s: a request or a stop that waited for each would take longer than this.
        Assert.True(served < TimeSpan.FromSeconds(30), $"100 requests took {served}");
        Assert.True(stopped < TimeSpan.FromSeconds(10), $"stopped after {stopped}");
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_traced_and_the_trace_context_still_travels()
    {
        await using var callee = await TestService.StartAsync(map: app => app.MapGet("/", () => Activity.Current?.TraceId.ToHexString()));
        await using var caller = await TestService.StartAsync(map: app => app.MapGet("/", (IHttpClientFactory clients) =>
            clients.CreateClient().GetStringAsync(callee.Client.BaseAddress, Stop)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var answer = await caller.Client.SendAsync(request, Stop);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", await answer.Content.ReadAsStringAsync(Stop));
        Assert.Null(caller.Services.GetService(typeof(TracerProvider)));
    }

    private static async Task GetAsync(TestService service, string path, string traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", traceParent);
        using var answer = await service.Client.SendAsync(request, Stop);
        answer.EnsureSuccessStatusCode();
    }

    private static Task<TestService> StartAsync(string endpoint, Dictionary<string, string?>? settings = null) =>
        TestService.StartAsync(
            map: app => app.MapGet("/things/{id}", (int id, ILogger<OtlpTests> logger) =>
            {
                logger.LogInformation("thing {Id} was asked for", id);
                return id;
            }),
            settings: Settings(endpoint, settings));

    private static Dictionary<string, string?> Settings(string endpoint, Dictionary<string, string?>? more = null) =>
        new(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        }.Concat(more ?? []).GroupBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(group => group.Last()));
}

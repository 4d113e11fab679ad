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
        Assert.Contains("moon", collector.Received("/v1/traces"), StringComparison.Ordinal);
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

    [Fact]
    public async Task The_sampler_is_chosen_by_its_standard_variable()
    {
        await using var collector = await Collector.StartAsync();
        await using var service = await StartAsync(collector.Endpoint, new() { ["OTEL_TRACES_SAMPLER"] = "always_off" });
        await service.Client.GetStringAsync("/things/7", Stop);
        await service.DisposeAsync();

        Assert.DoesNotContain("/v1/traces", collector.Paths);
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

    private static Task<TestService> StartAsync(string endpoint, Dictionary<string, string?>? settings = null) =>
        TestService.StartAsync(
            map: app => app.MapGet("/things/{id}", (int id, ILogger<OtlpTests> logger) =>
            {
                logger.LogInformation("thing {Id} was asked for", id);
                return id;
            }),
            settings: new(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            }.Concat(settings ?? []).GroupBy(setting => setting.Key, StringComparer.Ordinal)
                .Select(group => group.Last())));
}

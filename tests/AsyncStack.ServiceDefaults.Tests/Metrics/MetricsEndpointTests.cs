using System.Diagnostics.Metrics;
using AsyncStack.ServiceDefaults.Metrics;
using Microsoft.AspNetCore.Builder;

namespace AsyncStack.ServiceDefaults.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_counted_and_timed_under_the_names_dashboards_know()
    {
        await using var service = await TestService.StartAsync(map: app => app.MapGet("/counted/{id}", (int id) => id));
        await service.Client.GetStringAsync("/counted/7", Stop);
        await service.Client.GetStringAsync("/counted/8", Stop);

        var families = await ScrapeAsync(service, openMetrics: false);

        var count = families["http_requests_total"].Samples.Single(sample => sample.Labels["route"] == "/counted/{id}");
        var timed = families["http_request_duration_seconds"].Samples.Single(sample =>
            sample.Labels["route"] == "/counted/{id}" && sample.Name == "http_request_duration_seconds_count");
        Assert.Equal((2, "GET", "200"), (count.Value, count.Labels["method"], count.Labels["status"]));
        Assert.Equal((2, "GET", "200"), (timed.Value, timed.Labels["method"], timed.Labels["status"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_kind_of_instrument_is_valid_in_both_formats(bool openMetrics)
    {
        await using var service = await TestService.StartAsync();
        using var meter = new Meter($"AsyncStack.Tests.{openMetrics}", "1.2");
        var prefix = $"kinds.{openMetrics}";
        meter.CreateCounter<long>($"{prefix}.sent", "By", "Bytes \"sent\"\nand \\ counted.").Add(5, new KeyValuePair<string, object?>("to", "a\"b\\c\nd"));
        meter.CreateUpDownCounter<double>($"{prefix}.open", "{connection}").Add(-1.5);
        meter.CreateObservableGauge($"{prefix}.load", () => double.PositiveInfinity, "1");
        var histogram = meter.CreateHistogram<double>($"{prefix}.wait", "ms");
        histogram.Record(3);
        histogram.Record(1e9);

        var families = await ScrapeAsync(service, openMetrics);

        var name = $"kinds_{openMetrics}_";
        var sent = families[openMetrics ? $"{name}sent_bytes" : $"{name}sent_bytes_total"];
        Assert.Equal("counter", sent.Type);
        Assert.Equal(("a\"b\\c\nd", "1.2"), (sent.Samples[0].Labels["to"], sent.Samples[0].Labels["otel_scope_version"]));
        Assert.Equal(-1.5, families[name + "open"].Samples[0].Value);
        Assert.Equal(double.PositiveInfinity, families[name + "load_ratio"].Samples[0].Value);
        Assert.Equal(openMetrics ? "milliseconds" : null, families[name + "wait_milliseconds"].Unit);
        Assert.Equal(2, families[name + "wait_milliseconds"].Samples[^1].Value);
        Assert.Equal("1", families[openMetrics ? "target" : "target_info"].Samples[0].Value.ToString());
    }

    [Fact]
    public async Task A_name_taken_by_another_type_is_left_out_rather_than_spoiling_the_scrape()
    {
        await using var service = await TestService.StartAsync();
        using var meter = new Meter("AsyncStack.Tests.Clash");
        meter.CreateCounter<long>("clash").Add(1);
        meter.CreateUpDownCounter<long>("clash.total").Add(2);
        meter.CreateHistogram<long>("clash").Record(3);

        Assert.Equal("counter", (await ScrapeAsync(service, openMetrics: false))["clash_total"].Type);
        Assert.Equal("counter", (await ScrapeAsync(service, openMetrics: true))["clash"].Type);
    }

    [Fact]
    public async Task Instruments_that_become_one_name_share_its_declaration_and_tell_each_series_once()
    {
        await using var service = await TestService.StartAsync();
        using var meter = new Meter("AsyncStack.Tests.Shared");
        meter.CreateCounter<long>("shared.name", description: "one").Add(1);
        meter.CreateCounter<long>("shared_name", description: "two").Add(2);

        Assert.Single((await ScrapeAsync(service, openMetrics: false))["shared_name_total"].Samples);
    }

    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("text/plain;version=0.0.4,application/openmetrics-text;q=0.3", false)]
    [InlineData("text/html", false)]
    [InlineData("*/*", false)]
    public async Task The_format_follows_Accept(string accept, bool openMetrics)
    {
        await using var service = await TestService.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var answer = await service.Client.SendAsync(request, Stop);

        var expected = openMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ClassicContentType;
        Assert.Equal(expected, answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Concurrent_scrapes_are_all_whole()
    {
        await using var service = await TestService.StartAsync();

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => ScrapeAsync(service, openMetrics: i % 2 == 0)));

        Assert.All(scrapes, families => Assert.Contains("dotnet_gc_collections", string.Join(' ', families.Keys), StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyDictionary<string, ParsedFamily>> ScrapeAsync(TestService service, bool openMetrics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (openMetrics)
            request.Headers.Accept.ParseAdd("application/openmetrics-text");
        using var answer = await service.Client.SendAsync(request, Stop);
        return PrometheusParser.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Stop), openMetrics);
    }
}

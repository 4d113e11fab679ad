using System.Globalization;
using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>The queries for metrics.</summary>
public sealed class ChartTests : IAsyncLifetime
{
    private const AggregationTemporality Cumulative = AggregationTemporality.Cumulative;

    private TelemetryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TelemetryHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_counter_is_shown_as_its_rate_read_off_between_its_points()
    {
        Add(Wires.Sum("jobs", Cumulative, true, Wires.Number(0, at: 0), Wires.Number(20, at: 10), Wires.Number(20, at: 20)));

        var chart = await DrawAsync("jobs", 0, 25, 5);

        Assert.Equal([5, 10, 15, 20, 25], Times(chart));
        Assert.Equal([2, 2, 0, 0, null], Values(chart, 0));
        Assert.Equal("{thing}", chart.GetProperty("unit").GetString());
        Assert.Equal("sum", chart.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_step_that_is_known_only_in_part_has_the_rate_of_that_part()
    {
        Add(Wires.Sum("jobs", Cumulative, true, Wires.Number(0, at: 4), Wires.Number(6, at: 6)));

        Assert.Equal([3, 3], Values(await DrawAsync("jobs", 0, 10, 5), 0));
        Assert.Equal([3, 3], Values(await DrawAsync("jobs", 0, 10, 5, "&view=count"), 0));
    }

    [Fact]
    public async Task Steps_are_the_same_whenever_they_are_asked_for()
    {
        Add(Wires.Gauge("level", Wires.Number(1, at: 12)));

        Assert.Equal("15 20", string.Join(' ', Times(await DrawAsync("level", 11, 19, 5))));
        Assert.Equal("15 20 25", string.Join(' ', Times(await DrawAsync("level", 13, 22, 5))));
    }

    [Fact]
    public async Task Counters_of_labels_and_replicas_add_up_or_stand_apart_as_asked()
    {
        foreach (var (instance, factor) in new[] { ("one", 1), ("two", 2) })
        {
            _host.Stores.Live.Add(Wires.Metrics(Wires.Resource("api", instance), Wires.Sum(
                "jobs", Cumulative, true,
                Of("ok", 0, 0), Of("ok", 10 * factor, 10), Of("bad", 0, 0), Of("bad", 100 * factor, 10))));
        }

        Assert.Equal([33], Values(await DrawAsync("jobs", 0, 10, 10), 0));
        Assert.Equal("bad:30 ok:3", Lines(await DrawAsync("jobs", 0, 10, 10, "&by=result")));
        Assert.Equal("one:11 two:22", Lines(await DrawAsync("jobs", 0, 10, 10, "&by=service.instance.id")));
        Assert.Equal("one:10 two:20", Lines(await DrawAsync("jobs", 0, 10, 10, "&by=service.instance.id&filter=result=bad")));
        Assert.Empty((await DrawAsync("jobs", 0, 10, 10, "&filter=result=none")).GetProperty("series").EnumerateArray());

        static NumberDataPoint Of(string result, double value, double at) => Wires.Number(value, at, 0, Wires.Attribute("result", result));
    }

    [Fact]
    public async Task A_gauge_holds_until_its_next_point_and_several_show_their_mean()
    {
        Add(Wires.Gauge("level",
            Wires.Number(2, at: 5, 0, Wires.Attribute("q", "a")), Wires.Number(4, at: 15, 0, Wires.Attribute("q", "a")),
            Wires.Number(10, at: 5, 0, Wires.Attribute("q", "b")), Wires.Number(10, at: 15, 0, Wires.Attribute("q", "b"))));

        // Steps end at 5, 10, …; the points are 10 s apart, so the last one holds for 15 s.
        Assert.Equal([6, 6, 7, 7, 7, 7, null, null], Values(await DrawAsync("level", 0, 40, 5), 0));
    }

    [Fact]
    public async Task A_histogram_is_shown_by_percentiles_means_and_counts()
    {
        double[] bounds = [10, 20];
        var first = Wires.Histogram(0, 0, bounds, 0, 0, 0);
        var second = Wires.Histogram(10, 0, bounds, 50, 50, 0);
        (first.Sum, second.Sum) = (0, 1000);
        Add(new Metric { Name = "duration", Histogram = new() { AggregationTemporality = Cumulative, DataPoints = { first, second } } });

        var line = (await DrawAsync("duration", 0, 10, 10)).GetProperty("series")[0];

        Assert.Equal("""{"50":[10],"90":[18],"95":[19],"99":[19.8]}""", line.GetProperty("percentiles").GetRawText());
        Assert.Equal("[10]", line.GetProperty("values").GetRawText());
        Assert.Equal("[100]", line.GetProperty("counts").GetRawText());
        Assert.Equal([10], Values(await DrawAsync("duration", 0, 10, 10, "&view=rate"), 0));
        Assert.Equal([50, 50], Values(await DrawAsync("duration", 0, 10, 5, "&view=count"), 0));
        Assert.Equal("""{"50":[10,10],"90":[18,18],"95":[19,19],"99":[19.8,19.8]}""",
            (await DrawAsync("duration", 0, 10, 5)).GetProperty("series")[0].GetProperty("percentiles").GetRawText());
    }

    [Fact]
    public async Task Exponential_histograms_and_summaries_have_percentiles_too()
    {
        Add(
            new Metric
            {
                Name = "exponential",
                ExponentialHistogram = new()
                {
                    AggregationTemporality = AggregationTemporality.Delta,
                    DataPoints = { new ExponentialHistogramDataPoint { TimeUnixNano = Wires.At(10), StartTimeUnixNano = Wires.At(1), Count = 4, Sum = 6, Scale = 0, Positive = new() { Offset = 0, BucketCounts = { 4 } } } },
                },
            },
            new Metric
            {
                Name = "summary",
                Summary = new()
                {
                    DataPoints =
                    {
                        new SummaryDataPoint { TimeUnixNano = Wires.At(10), StartTimeUnixNano = Wires.At(1), Count = 9, Sum = 18, QuantileValues = { new SummaryDataPoint.Types.ValueAtQuantile { Quantile = 0.5, Value = 1.5 } } },
                    },
                },
            });

        var exponential = (await DrawAsync("exponential", 0, 10, 10)).GetProperty("series")[0];
        var summary = (await DrawAsync("summary", 0, 10, 10)).GetProperty("series")[0];

        Assert.Equal("[1.5]", exponential.GetProperty("percentiles").GetProperty("50").GetRawText());
        Assert.Equal("[1.5]", exponential.GetProperty("values").GetRawText());
        Assert.Equal("""{"50":[1.5],"90":[null],"95":[null],"99":[null]}""", summary.GetProperty("percentiles").GetRawText());
        Assert.Equal(("[2]", "[9]"), (summary.GetProperty("values").GetRawText(), summary.GetProperty("counts").GetRawText()));
    }

    [Fact]
    public async Task Exemplars_lead_to_their_traces()
    {
        var point = Wires.Number(1, at: 10, 0, Wires.Attribute("result", "ok"));
        point.Exemplars.Add(new Exemplar { TimeUnixNano = Wires.At(9), AsDouble = 3.5, TraceId = Wires.TraceId(1), SpanId = Wires.SpanId(2) });
        point.Exemplars.Add(new Exemplar { TimeUnixNano = Wires.At(9), AsDouble = 4 });
        Add(Wires.Sum("jobs", Cumulative, true, point));

        var exemplars = (await DrawAsync("jobs", 0, 10, 10)).GetProperty("exemplars");

        Assert.Equal(
            $$$"""[{"at":{{{Wires.Micros(9)}}},"value":3.5,"traceId":"{{{Wires.Hex(Wires.TraceId(1))}}}","spanId":"{{{Wires.Hex(Wires.SpanId(2))}}}","labels":{"result":"ok"}}]""",
            exemplars.GetRawText());
        Assert.Empty((await DrawAsync("jobs", 0, 8, 4)).GetProperty("exemplars").EnumerateArray());
    }

    [Fact]
    public async Task More_than_fifty_lines_are_cut_to_the_highest()
    {
        Add(Wires.Gauge("level", [.. Enumerable.Range(1, 60).Select(n => Wires.Number(n, at: 1, 0, Wires.Attribute("n", n)))]));

        var chart = await DrawAsync("level", 0, 5, 5, "&by=n");

        Assert.True(chart.GetProperty("truncated").GetBoolean());
        Assert.Equal(Enumerable.Range(11, 50), chart.GetProperty("series").EnumerateArray().Select(s => int.Parse(s.GetProperty("labels").GetProperty("n").GetString()!, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Instruments_are_listed_with_their_dimensions()
    {
        _host.Stores.Live.Add(Wires.Metrics(Wires.Resource("api", "one"), Wires.Sum("jobs", Cumulative, true, Wires.Number(1, at: 1, 0, Wires.Attribute("result", "ok")))));
        _host.Stores.Live.Add(Wires.Metrics(Wires.Resource("api", "two"), Wires.Sum("jobs", Cumulative, true, Wires.Number(1, at: 2))));
        _host.Stores.Live.Add(Wires.Metrics(Wires.Resource("worker"), Wires.Gauge("level", Wires.Number(1, at: 1))));

        var instruments = (await _host.GetAsync("/api/metrics?resource=api")).GetProperty("instruments");

        Assert.Equal(
            $$$"""[{"resource":"api","meter":"Tests.Meter","name":"jobs","unit":"{thing}","description":"","type":"sum","monotonic":true,"temporality":"cumulative","dimensions":[{"key":"result","values":["","ok"]},{"key":"service.instance.id","values":["one","two"]}],"series":2,"last":{{{Wires.Micros(2)}}}}]""",
            instruments.GetRawText());
        Assert.Equal(2, (await _host.GetAsync("/api/metrics")).GetProperty("instruments").GetArrayLength());
    }

    [Fact]
    public async Task What_an_instrument_cannot_show_is_refused()
    {
        Add(Wires.Gauge("level", Wires.Number(1, at: 1)));

        Assert.Contains("ask for value", await _host.RefusedAsync(HttpStatusCode.BadRequest, Path("level", 0, 5, 5, "&view=percentiles")), StringComparison.Ordinal);
        Assert.Contains("is a gauge", await _host.RefusedAsync(HttpStatusCode.BadRequest, Path("level", 0, 5, 5, "&view=rate")), StringComparison.Ordinal);
        Assert.Contains("no instrument 'other'", await _host.RefusedAsync(HttpStatusCode.NotFound, Path("other", 0, 5, 5, "")), StringComparison.Ordinal);
    }

    private void Add(params Metric[] metrics) => Assert.Equal(0, _host.Stores.Live.Add(Wires.Metrics(metrics)).Count);

    private Task<JsonElement> DrawAsync(string name, double from, double to, double step, string more = "") => _host.GetAsync(Path(name, from, to, step, more));

    private static string Path(string name, double from, double to, double step, string more) =>
        $"/api/metrics/series?resource=api&meter=Tests.Meter&name={name}&from={Wires.Micros(from)}&to={Wires.Micros(to)}&step={step}{more}";

    private static double?[] Values(JsonElement chart, int line) =>
        [.. chart.GetProperty("series")[line].GetProperty("values").EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (double?)null : Math.Round(v.GetDouble(), 6))];

    private static int[] Times(JsonElement chart) =>
        [.. chart.GetProperty("times").EnumerateArray().Select(t => (int)((t.GetDecimal() - Wires.Micros(0)) / 1_000_000))];

    private static string Lines(JsonElement chart) => string.Join(' ', chart.GetProperty("series").EnumerateArray()
        .Select(s => $"{s.GetProperty("labels").EnumerateObject().Single().Value.GetString()}:{s.GetProperty("values")[0].GetDouble()}").Order(StringComparer.Ordinal));
}

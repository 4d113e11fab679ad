using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class SessionTests : IAsyncLifetime
{
    private const string Head = """{"asyncstackSession":{"version":1,"name":"x","exportedAt":1}}""";
    private const string End = """{"asyncstackEnd":{"lines":1}}""";

    private static readonly string[] Names = ["sum", "delta", "level", "histogram", "exponential", "summary"];

    private static readonly SessionSource Source = new(
        "the application",
        () => [JsonSerializer.SerializeToElement(new { name = "api", state = "Running" })],
        () => [new("api", 1, 1000, 0, false, "started \u001b[32mgreen\u001b[0m"), new("worker", 1, 1001, 1, true, "failed")]);

    private readonly ManualTime _time = new() { Now = new(2026, 1, 1, 0, 10, 0, TimeSpan.Zero) };
    private TelemetryHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await TelemetryHost.StartAsync(_time, source: Source);

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_is_exported_comes_back_beside_the_live_session()
    {
        Fill();
        string[] paths =
        [
            "/api/logs?", "/api/traces?", $"/api/traces/{Wires.Hex(Wires.TraceId(1))}?", "/api/metrics?",
            .. Names.Select(name => $"/api/metrics/series?resource=api&meter=Tests.Meter&name={name}&from={Wires.Micros(0)}&to={Wires.Micros(60)}&step=5&by=a&"),
        ];
        var before = await Task.WhenAll(paths.Select(p => _host.GetAsync(p)));
        var file = await ExportAsync();
        await using var other = await TelemetryHost.StartAsync(TimeProvider.System);

        var answer = await ImportAsync(other, file);

        Assert.Equal("the application", answer.GetProperty("name").GetString());
        Assert.Equal(_time.Now.ToUnixTimeMilliseconds(), answer.GetProperty("exportedAt").GetInt64());
        Assert.Equal((3, 2), (answer.GetProperty("spans").GetInt32(), answer.GetProperty("logs").GetInt32()));
        Assert.Equal(_host.Stores.Live.Metrics.Counts.Kept, answer.GetProperty("metricPoints").GetInt64());
        for (var i = 0; i < paths.Length; i++)
        {
            var after = await other.GetAsync($"{paths[i]}session=imported");
            // Totals are written whatever the sender's way was.
            Assert.Equal(before[i].GetRawText().Replace("\"delta\"", "\"cumulative\"", StringComparison.Ordinal), after.GetRawText().Replace("\"delta\"", "\"cumulative\"", StringComparison.Ordinal));
        }

        Assert.Empty((await other.GetAsync("/api/logs")).GetProperty("logs").EnumerateArray());
        Assert.Equal("""{"resources":[{"name":"api","state":"Running"}]}""", (await other.GetAsync("/api/session/resources")).GetRawText());
        var lines = (await other.GetAsync("/api/session/console/worker")).GetProperty("lines");
        Assert.Equal("""[{"resource":"worker","n":1,"at":1001,"replica":1,"error":true,"text":"failed"}]""", lines.GetRawText());
        Assert.Equal("the application", other.Stores.State().Imported?.Name);
    }

    [Fact]
    public async Task A_file_is_lines_of_JSON_whose_telemetry_is_OTLP()
    {
        Fill();

        var lines = Decompress(await ExportAsync()).TrimEnd('\n').Split('\n').Select(l => JsonSerializer.Deserialize<JsonElement>(l).EnumerateObject().Single()).ToArray();

        Assert.Equal(
            ["asyncstackSession", "resource", "console", "console", "resourceSpans", "resourceLogs", "resourceMetrics", "asyncstackEnd"],
            lines.Select(l => l.Name).Distinct().Prepend("console").OrderBy(n => Array.FindIndex(lines, l => l.Name == n)));
        var spans = lines.Single(l => l.Name == "resourceSpans").Value;
        Assert.Equal(Wires.Hex(Wires.TraceId(1)), spans[0].GetProperty("scopeSpans")[0].GetProperty("spans")[0].GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task A_long_series_takes_several_lines_and_stays_one()
    {
        for (var i = 1; i <= 1200; i++)
        {
            _host.Stores.Live.Add(Wires.Metrics(
                Wires.Sum("sum", AggregationTemporality.Cumulative, true, Wires.Number(i, at: i / 10.0, start: 0.01)),
                new Metric { Name = "histogram", Histogram = new() { AggregationTemporality = AggregationTemporality.Cumulative, DataPoints = { Wires.Histogram(i / 10.0, 0.01, [1], (ulong)i, 0) } } }));
        }

        var file = await ExportAsync();
        await ImportAsync(_host, file);

        foreach (var name in new[] { "sum", "histogram" })
        {
            var path = $"/api/metrics/series?resource=api&meter=Tests.Meter&name={name}&from={Wires.Micros(0)}&to={Wires.Micros(120)}&step=1&view=rate";
            Assert.Equal((await _host.GetAsync(path)).GetRawText(), (await _host.GetAsync($"{path}&session=imported")).GetRawText());
        }
    }

    [Fact]
    public async Task An_imported_session_grows_no_older_and_is_closed_on_command()
    {
        _host.Stores.Live.Add(Wires.Logs("api", Wires.Log("hello")));
        await ImportAsync(_host, await ExportAsync());
        _time.Now += TimeSpan.FromDays(30);

        Assert.Single((await _host.GetAsync("/api/logs?session=imported")).GetProperty("logs").EnumerateArray());
        using var stream = await LiveReader.OpenAsync(_host, "/api/logs/live?session=imported");
        using (var closed = await _host.Client.DeleteAsync("/api/session", Cancel))
            Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);

        Assert.True(await stream.HasEndedAsync());
        Assert.Contains("No session", await _host.RefusedAsync(HttpStatusCode.NotFound, "/api/logs?session=imported"), StringComparison.Ordinal);
        Assert.Contains("No session", await _host.RefusedAsync(HttpStatusCode.NotFound, "/api/session/resources"), StringComparison.Ordinal);
        Assert.Null(_host.Stores.State().Imported);
    }

    [Fact]
    public async Task A_file_that_was_decompressed_is_as_good()
    {
        _host.Stores.Live.Add(Wires.Logs("api", Wires.Log("hello")));

        var answer = await ImportAsync(_host, Encoding.UTF8.GetBytes(Decompress(await ExportAsync())));

        Assert.Equal(1, answer.GetProperty("logs").GetInt32());
    }

    [Theory]
    [InlineData("", 1, "ends here")]
    [InlineData("hello", 1, "no JSON")]
    [InlineData("[]", 1, "asyncstackSession")]
    [InlineData(End, 1, "asyncstackSession")]
    [InlineData("""{"asyncstackSession":{"version":9,"name":"x","exportedAt":1}}""", 1, "version 9")]
    [InlineData("""{"asyncstackSession":{"version":1}}""", 1, "no JSON that a session has")]
    [InlineData("""{"asyncstackSession":{"version":1,"name":"x","exportedAt":-5}}""", 1, "exportedAt is -5")]
    [InlineData(Head, 2, "cut off")]
    [InlineData(Head + "\n" + Head, 2, "second head")]
    [InlineData(Head + "\n" + End + "\n" + End, 3, "follows the end")]
    [InlineData(Head + "\n{\"other\":1}\n" + End, 2, "'other'")]
    [InlineData(Head + "\n\n" + End, 2, "no JSON")]
    [InlineData(Head + "\n{\"console\":{\"n\":1}}\n" + End, 2, "no JSON that a session has")]
    [InlineData(Head + "\n{\"resourceSpans\":[{\"scopeSpans\":5}]}\n" + End, 2, "ExportTraceServiceRequest")]
    [InlineData(Head + "\n{\"resourceLogs\":[\n" + End, 2, "ExportLogsServiceRequest")]
    public async Task A_bad_file_is_told_the_line_and_the_reason(string text, int line, string reason)
    {
        var problem = await RefuseAsync(Compress(text));

        Assert.Equal(line, problem.GetProperty("line").GetInt32());
        Assert.StartsWith($"Line {line}: ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(_host.Stores.Imported);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_anywhere_is_refused()
    {
        Fill();
        var file = await ExportAsync();

        foreach (var length in new[] { 1, 2, 5, 10, 20, file.Length / 2, file.Length - 30 })
            Assert.Contains("Line ", (await RefuseAsync(file[..length])).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_small_only_because_it_is_compressed_is_read_no_further_than_allowed()
    {
        await using var host = await TelemetryHost.StartAsync(_time, l => l.SessionBytes = 1 << 20);
        var bomb = Compress(Head + "\n" + string.Concat(Enumerable.Repeat("""{"resource":{}}""" + "\n", 900)) + new string(' ', 50 << 20));

        Assert.Contains("1048576 bytes after decompression", (await RefuseAsync(bomb, host)).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_import_takes_the_place_of_the_one_before_and_a_bad_one_does_not()
    {
        await ImportAsync(_host, Compress(Head + "\n" + End));
        await ImportAsync(_host, Compress(Head.Replace("\"x\"", "\"y\"", StringComparison.Ordinal) + "\n" + End));
        await RefuseAsync(Compress("no"));

        Assert.Equal("y", _host.Stores.Imported?.Name);
    }

    private void Fill()
    {
        var span = Wires.Span(1, 2, parent: 1, name: "INSERT", error: true);
        span.Attributes.AddRange([Wires.Attribute("text", "ü"), Wires.Attribute("number", long.MaxValue), Wires.Attribute("double", 0.1), Wires.Attribute("flag", true)]);
        span.Attributes.Add(new KeyValue { Key = "bytes", Value = new AnyValue { BytesValue = Google.Protobuf.ByteString.CopyFromUtf8("x") } });
        span.Attributes.Add(new KeyValue { Key = "list", Value = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { IntValue = 1 }, new AnyValue() } } } });
        span.Attributes.Add(new KeyValue { Key = "map", Value = new AnyValue { KvlistValue = new KeyValueList { Values = { Wires.Attribute("k", "v") } } } });
        span.Events.Add(new Span.Types.Event { Name = "event", TimeUnixNano = Wires.At(0.5), Attributes = { Wires.Attribute("e", 1) } });
        span.Links.Add(new Span.Types.Link { TraceId = Wires.TraceId(2), SpanId = Wires.SpanId(9), Attributes = { Wires.Attribute("l", 1) } });
        var live = _host.Stores.Live;
        live.Add(Wires.Spans("api", Wires.Span(1, 1), span));
        live.Add(Wires.Spans("worker", Wires.Span(2, 9)));
        var record = Wires.Log("hello", SeverityNumber.Warn, at: 1, trace: 1, span: 2);
        (record.EventName, record.SeverityText) = ("event", "WARNING");
        live.Add(Wires.Logs("api", record, new LogRecord { TimeUnixNano = Wires.At(2), Body = new AnyValue { IntValue = 5 } }));

        double[] bounds = [1, 10];
        var exemplar = Wires.Number(9, at: 30, start: 5, Wires.Attribute("a", "b"));
        exemplar.Exemplars.Add(new Exemplar { TimeUnixNano = Wires.At(29), AsDouble = 1, TraceId = Wires.TraceId(1), SpanId = Wires.SpanId(1) });
        live.Add(Wires.Metrics(
            Wires.Sum("sum", AggregationTemporality.Cumulative, true, Wires.Number(3, at: 10, start: 5, Wires.Attribute("a", "b")), Wires.Number(1, at: 20, start: 15, Wires.Attribute("a", "b")), exemplar),
            Wires.Sum("delta", AggregationTemporality.Delta, true, Wires.Number(3, at: 10, start: 5), Wires.Number(4, at: 20, start: 10)),
            Wires.Gauge("level", Wires.Number(3, at: 10), Wires.Number(4.5, at: 20)),
            new Metric { Name = "histogram", Unit = "s", Description = "how long", Histogram = new() { AggregationTemporality = AggregationTemporality.Delta, DataPoints = { Wires.Histogram(10, 5, bounds, 1, 2, 3), Wires.Histogram(20, 10, bounds, 1, 0, 1) } } },
            new Metric
            {
                Name = "exponential",
                ExponentialHistogram = new()
                {
                    AggregationTemporality = AggregationTemporality.Cumulative,
                    DataPoints =
                    {
                        new ExponentialHistogramDataPoint { TimeUnixNano = Wires.At(10), StartTimeUnixNano = Wires.At(5), Count = 3, Sum = 5, Scale = 2, ZeroCount = 1, Positive = new() { Offset = -3, BucketCounts = { 1 } }, Negative = new() { Offset = 4, BucketCounts = { 1 } } },
                        new ExponentialHistogramDataPoint { TimeUnixNano = Wires.At(20), StartTimeUnixNano = Wires.At(5), Count = 5, Sum = 9, Scale = 1, ZeroCount = 1, Positive = new() { Offset = -2, BucketCounts = { 1, 2 } }, Negative = new() { Offset = 2, BucketCounts = { 1 } } },
                    },
                },
            },
            new Metric
            {
                Name = "summary",
                Summary = new() { DataPoints = { new SummaryDataPoint { TimeUnixNano = Wires.At(10), StartTimeUnixNano = Wires.At(5), Count = 5, Sum = 9, QuantileValues = { new SummaryDataPoint.Types.ValueAtQuantile { Quantile = 0.5, Value = 2 } } } } },
            }));
    }

    private async Task<byte[]> ExportAsync()
    {
        using var response = await _host.Client.GetAsync("/api/session", Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Matches(@"^asyncstack-session-\d{8}-\d{6}\.ndjson\.gz$", response.Content.Headers.ContentDisposition?.FileName);
        return await response.Content.ReadAsByteArrayAsync(Cancel);
    }

    private static async Task<JsonElement> ImportAsync(TelemetryHost host, byte[] file)
    {
        using var response = await host.Client.PostAsync("/api/session", new ByteArrayContent(file), Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private async Task<JsonElement> RefuseAsync(byte[] file, TelemetryHost? host = null)
    {
        using var response = await (host ?? _host).Client.PostAsync("/api/session", new ByteArrayContent(file), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(Cancel));
    }

    private static byte[] Compress(string text)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return result.ToArray();
    }

    private static string Decompress(byte[] file)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(file), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

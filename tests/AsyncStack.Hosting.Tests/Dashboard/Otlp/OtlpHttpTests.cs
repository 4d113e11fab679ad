using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using Google.Protobuf;
using RpcStatus = AsyncStack.Hosting.Dashboard.Otlp.Wire.Rpc.Status;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

public sealed class OtlpHttpTests : IAsyncLifetime
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    private TelemetryHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await TelemetryHost.StartAsync(otlp: new OtlpOptions { ApiKey = TelemetryHost.Key, MaxRequestBytes = 1 << 20 });

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    public static TheoryData<string, bool, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, bool, bool>();
            foreach (var path in new[] { "/v1/traces", "/v1/logs", "/v1/metrics" })
            {
                foreach (var (json, gzip) in new[] { (false, false), (false, true), (true, false), (true, true) })
                    ways.Add(path, json, gzip);
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_signal_comes_in_protobuf_and_in_JSON_compressed_or_not(string path, bool json, bool gzip)
    {
        IMessage request = path switch
        {
            "/v1/traces" => Wires.Spans("api", Wires.Span(1, 1, parent: 2)),
            "/v1/logs" => Wires.Logs("api", Wires.Log("hello", trace: 1, span: 1)),
            _ => Wires.Metrics(Wires.Gauge("level", Wires.Number(1.5, at: 1))),
        };
        var bytes = json ? Encoding.UTF8.GetBytes(OtlpJson.Format(request)) : request.ToByteArray();

        using var response = await _host.SendAsync(path, new ByteArrayContent(gzip ? Gzip(bytes) : bytes), json ? Json : Protobuf, gzip ? "gzip" : null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(json ? Json : Protobuf, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(json ? "{ }" : "", await response.Content.ReadAsStringAsync(Cancel));
        var live = _host.Stores.Live;
        Assert.Equal(
            path switch { "/v1/traces" => (1, 0, 0), "/v1/logs" => (0, 1, 0), _ => (0, 0, 1) },
            ((int)live.Spans.Counts.Kept, (int)live.Logs.Counts.Kept, (int)live.Metrics.Counts.Kept));
        if (path == "/v1/traces")
        {
            var span = (await _host.GetAsync($"/api/traces/{Wires.Hex(Wires.TraceId(1))}")).GetProperty("spans")[0];
            Assert.Equal((Wires.Hex(Wires.SpanId(1)), Wires.Hex(Wires.SpanId(2))), (span.GetProperty("spanId").GetString(), span.GetProperty("parentSpanId").GetString()));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_refused_is_told_and_the_rest_is_kept(bool json)
    {
        var bad = Wires.Span(1, 2);
        bad.SpanId = ByteString.Empty;
        var request = Wires.Spans("api", Wires.Span(1, 1), bad);
        var bytes = json ? Encoding.UTF8.GetBytes(OtlpJson.Format(request)) : request.ToByteArray();

        using var response = await _host.SendAsync("/v1/traces", new ByteArrayContent(bytes), json ? Json : Protobuf);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync(Cancel);
        var answer = json ? JsonParser.Default.Parse<ExportTraceServiceResponse>(Encoding.UTF8.GetString(body)) : ExportTraceServiceResponse.Parser.ParseFrom(body);
        Assert.Equal(1, answer.PartialSuccess.RejectedSpans);
        Assert.Contains("span_id", answer.PartialSuccess.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, _host.Stores.Live.Spans.Counts.Kept);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("THE KEY OF THE TESTS")]
    public async Task Without_the_key_nothing_is_taken(string? key)
    {
        foreach (var path in new[] { "/v1/traces", "/v1/logs", "/v1/metrics" })
        {
            using var response = await _host.SendAsync(path, new ByteArrayContent(Wires.Spans("api", Wires.Span(1, 1)).ToByteArray()), Protobuf, key: key);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            var status = RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal(16, status.Code);
            Assert.Contains("x-otlp-api-key", status.Message, StringComparison.Ordinal);
        }

        using var other = await _host.SendAsync("/v1/traces", new ByteArrayContent([]), "text/plain", "br", key);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
        Assert.Equal(0, _host.Stores.Live.Spans.Counts.Kept);
    }

    [Theory]
    [InlineData(Json, null, "{", 400)]
    [InlineData(Json, null, "[]", 400)]
    [InlineData(Json, null, "null", 400)]
    [InlineData(Json, null, "", 400)]
    [InlineData(Json, null, """{"resourceSpans":5}""", 400)]
    [InlineData(Json, null, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}""", 400)]
    [InlineData(Json, null, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}]}]}]}""", 400)]
    [InlineData(Json, null, """{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"-1"}]}]}]}""", 400)]
    [InlineData(Json, "gzip", "{}", 400)]
    [InlineData(Protobuf, null, "this is no protobuf", 400)]
    [InlineData(Protobuf, "gzip", "this is no gzip", 400)]
    [InlineData(Protobuf, "br", "", 415)]
    [InlineData("text/plain", null, "", 415)]
    [InlineData("", null, "", 415)]
    [InlineData("application/x-protobuf2", null, "", 415)]
    public async Task What_is_malformed_is_refused_with_a_status(string type, string? encoding, string body, int expected)
    {
        using var response = await _host.SendAsync("/v1/traces", new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type, encoding);

        Assert.Equal(expected, (int)response.StatusCode);
        var answer = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal(type == Protobuf ? Protobuf : Json, response.Content.Headers.ContentType?.MediaType);
        var (code, message) = type == Protobuf
            ? (RpcStatus.Parser.ParseFrom(answer).Code, RpcStatus.Parser.ParseFrom(answer).Message)
            : (JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("code").GetInt32(), JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("message").GetString());
        Assert.Equal(3, code);
        Assert.NotEmpty(message!);
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_is_refused()
    {
        byte[] body = [.. """{"resourceLogs":[{"schemaUrl":"""u8, (byte)'"', 0xff, 0xfe, .. "\"}]}"u8];

        using var response = await _host.SendAsync("/v1/logs", new ByteArrayContent(body), Json);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_request_that_is_too_long_is_refused_also_when_it_becomes_so_by_decompression(bool gzip, bool told)
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"resourceLogs":[{"schemaUrl":"{{new string('x', 2 << 20)}}"}]}""");
        using HttpContent content = told ? new ByteArrayContent(gzip ? Gzip(bytes) : bytes) : new StreamContent(new UnseekableStream(bytes));

        using var response = await _host.SendAsync("/v1/logs", content, Json, gzip ? "gzip" : null);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("1048576", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gzip_that_is_cut_off_is_refused()
    {
        var bytes = Gzip(Wires.Spans("api", [.. Enumerable.Range(1, 100).Select(n => Wires.Span(1, n))]).ToByteArray());

        using var response = await _host.SendAsync("/v1/traces", new ByteArrayContent(bytes[..(bytes.Length / 2)]), Protobuf, "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, _host.Stores.Live.Spans.Counts.Kept);
    }

    [Fact]
    public async Task Requests_beyond_those_that_are_read_at_a_time_are_told_to_come_again()
    {
        await using var host = await TelemetryHost.StartAsync(otlp: new OtlpOptions { MaxConcurrentRequests = 1, SlotWait = TimeSpan.Zero });
        using var slow = await BeginAsync(host);
        await Waiting.ForAsync(async () =>
        {
            using var response = await host.SendAsync("/v1/logs", Wires.Logs("api"));
            if (response.StatusCode == HttpStatusCode.OK)
                return false;
            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            return true;
        });

        await slow.GetStream().WriteAsync("{}"u8.ToArray(), Cancel);
        Assert.StartsWith("HTTP/1.1 200", await ReadStartAsync(slow), StringComparison.Ordinal);
        using var after = await host.SendAsync("/v1/logs", Wires.Logs("api"));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task A_sender_that_is_too_slow_is_not_waited_for()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System, otlp: new OtlpOptions { ReadTimeout = TimeSpan.FromMilliseconds(200) });
        using var slow = await BeginAsync(host);

        Assert.StartsWith("HTTP/1.1 503", await ReadStartAsync(slow), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_methods_and_paths_get_nothing()
    {
        using var get = await _host.Client.GetAsync("/v1/traces", Cancel);
        using var other = await _host.SendAsync("/v1/profiles", new ByteArrayContent([]), Protobuf);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    private static async Task<TcpClient> BeginAsync(TelemetryHost host)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Http.Host, host.Http.Port, Cancel);
        await client.GetStream().WriteAsync("POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"u8.ToArray(), Cancel);
        return client;
    }

    private static async Task<string> ReadStartAsync(TcpClient client)
    {
        var buffer = new byte[12];
        await client.GetStream().ReadExactlyAsync(buffer, Cancel).AsTask().WaitAsync(Waiting.AtMost, Cancel);
        return Encoding.ASCII.GetString(buffer);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return result.ToArray();
    }

    /// <summary>Of unknown length, so that it goes in chunks.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

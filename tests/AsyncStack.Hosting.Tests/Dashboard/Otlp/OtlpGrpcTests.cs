using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using Google.Protobuf;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

public sealed class OtlpGrpcTests : IAsyncLifetime
{
    private const string Traces = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string Logs = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    private const string Metrics = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    private TelemetryHost _host = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await TelemetryHost.StartAsync(TimeProvider.System, otlp: new OtlpOptions { ApiKey = TelemetryHost.Key, MaxRequestBytes = 1 << 20 });
        _client = new HttpClient { BaseAddress = _host.Grpc, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData(Traces, false)]
    [InlineData(Traces, true)]
    [InlineData(Logs, false)]
    [InlineData(Logs, true)]
    [InlineData(Metrics, false)]
    [InlineData(Metrics, true)]
    public async Task Every_signal_is_taken_compressed_or_not(string path, bool gzip)
    {
        var point = Wires.Number(1, at: 0);
        point.TimeUnixNano = (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        IMessage request = path switch
        {
            Traces => Wires.Spans("api", Wires.Span(1, 1)),
            Logs => Wires.Logs("api", Wires.Log("hello")),
            _ => Wires.Metrics(Wires.Gauge("level", point)),
        };

        var (status, _, body) = await CallAsync(path, Frame(request.ToByteArray(), gzip), gzip ? "gzip" : null);

        Assert.Equal("0", status);
        Assert.Equal([0, 0, 0, 0, 0], body);
        var live = _host.Stores.Live;
        Assert.Equal(1, live.Spans.Counts.Kept + live.Logs.Counts.Kept + live.Metrics.Counts.Kept);
    }

    [Fact]
    public async Task What_is_refused_is_told_and_the_rest_is_kept()
    {
        var bad = Wires.Span(1, 2);
        bad.TraceId = ByteString.Empty;

        var (status, _, body) = await CallAsync(Traces, Frame(Wires.Spans("api", Wires.Span(1, 1), bad).ToByteArray()));

        Assert.Equal("0", status);
        Assert.Equal(1, ExportTraceServiceResponse.Parser.ParseFrom(body.AsSpan(5)).PartialSuccess.RejectedSpans);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_the_key_a_call_is_unauthenticated(string? key)
    {
        var (status, message, body) = await CallAsync(Traces, Frame(Wires.Spans("api", Wires.Span(1, 1)).ToByteArray()), key: key);

        Assert.Equal("16", status);
        Assert.Contains("x-otlp-api-key", message, StringComparison.Ordinal);
        Assert.Empty(body);
        Assert.Equal(0, _host.Stores.Live.Spans.Counts.Kept);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_told_of_methods_either()
    {
        var (status, _, _) = await CallAsync("/grpc.health.v1.Health/Check", Frame([]), key: null);

        Assert.Equal("16", status);
    }

    [Theory]
    [InlineData("/opentelemetry.proto.collector.trace.v1.TraceService/export")]
    [InlineData("/opentelemetry.proto.collector.trace.v1.TraceService/Import")]
    [InlineData("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")]
    [InlineData("/grpc.health.v1.Health/Check")]
    public async Task A_method_that_does_not_exist_is_unimplemented(string path)
    {
        var (status, _, _) = await CallAsync(path, Frame([]));

        Assert.Equal("12", status);
    }

    public static TheoryData<string, byte[], string?, string> Broken => new()
    {
        { "no message", [], null, "13" },
        { "half a header", [0, 0, 0], null, "13" },
        { "less than told", [0, 0, 0, 0, 9, 1], null, "13" },
        { "two messages", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], null, "13" },
        { "a wrong flag", [7, 0, 0, 0, 0], null, "13" },
        { "compressed without encoding", [1, 0, 0, 0, 0], null, "13" },
        { "no gzip", [1, 0, 0, 0, 3, 1, 2, 3], "gzip", "3" },
        { "an unknown encoding", [0, 0, 0, 0, 0], "snappy", "12" },
        { "no protobuf", [0, 0, 0, 0, 3, 255, 255, 255], null, "3" },
        { "too long", [0, 0, 32, 0, 0, .. new byte[2 << 20]], null, "8" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_request_that_is_broken_gets_its_status(string what, byte[] body, string? encoding, string expected)
    {
        var (status, message, _) = await CallAsync(Traces, body, encoding);

        Assert.True(status == expected, $"{what}: {status} {message}");
        Assert.NotEmpty(message);
    }

    [Fact]
    public async Task A_message_that_becomes_too_long_by_decompression_is_refused()
    {
        var (status, _, _) = await CallAsync(Traces, Frame(new byte[8 << 20], gzip: true), "gzip");

        Assert.Equal("8", status);
    }

    [Theory]
    [InlineData("5x", "13")]
    [InlineData("123456789S", "13")]
    [InlineData("0n", "4")]
    [InlineData("10S", "0")]
    [InlineData("99999999H", "0")]
    public async Task The_deadline_is_kept(string timeout, string expected)
    {
        var (status, _, _) = await CallAsync(Traces, Frame([]), timeout: timeout);

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task What_is_no_call_gets_an_HTTP_error()
    {
        using var wrongType = await _client.PostAsync(Traces, new ByteArrayContent([0, 0, 0, 0, 0]), Cancel);
        using var wrongVersion = await _host.Client.PostAsync(Traces, new ByteArrayContent([0, 0, 0, 0, 0]), Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrongType.StatusCode);
        Assert.Equal(HttpStatusCode.UpgradeRequired, wrongVersion.StatusCode);
    }

    private async Task<(string Status, string Message, byte[] Body)> CallAsync(
        string path, byte[] body, string? encoding = null, string? key = TelemetryHost.Key, string? timeout = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        foreach (var (name, value) in new[] { ("x-otlp-api-key", key), ("grpc-encoding", encoding), ("grpc-timeout", timeout) })
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/grpc", response.Content.Headers.ContentType?.MediaType);
        var answer = await response.Content.ReadAsByteArrayAsync(Cancel);
        var block = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (block.GetValues("grpc-status").Single(), block.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "", answer);
    }

    private static byte[] Frame(byte[] message, bool gzip = false)
    {
        if (gzip)
        {
            using var compressed = new MemoryStream();
            using (var stream = new GZipStream(compressed, CompressionLevel.Fastest))
                stream.Write(message);
            message = compressed.ToArray();
        }

        var frame = new byte[5 + message.Length];
        frame[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}

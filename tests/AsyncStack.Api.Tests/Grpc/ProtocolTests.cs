using System.Net;
using System.Text;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Tests.Grpc.Messages;
using Google.Protobuf;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>Calls as bytes, against the specification.</summary>
public sealed class ProtocolTests
{
    private const string Once = "/test.Echo/Once";
    private const string Repeat = "/test.Echo/Repeat";
    private const int Limit = 100_000;

    private static readonly Text Hello = new() { Value = "hello" };
    private static readonly Text Long = new() { Value = string.Concat(Enumerable.Repeat("compress me ", 1000)) };

    [Fact]
    public async Task An_answer_is_a_message_and_then_the_status_in_trailers()
    {
        await using var echo = await EchoHost.StartAsync();

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello));

        Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode);
        Assert.Equal("application/grpc", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.False(answer.TrailersOnly);
        Assert.Equal(0, answer.Status);
        Assert.Equal(Hello, Text.Parser.ParseFrom(Assert.Single(answer.Messages).Payload));
    }

    [Fact]
    public async Task A_refusal_is_a_status_in_the_headers_alone()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Once = (_, _) => throw new GrpcException(GrpcCode.FailedPrecondition, "nö 100%\n");

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello));

        Assert.True(answer.TrailersOnly);
        Assert.Equal(HttpStatusCode.OK, answer.Response.StatusCode);
        Assert.Equal((9, "nö 100%\n"), (answer.Status, answer.Message));
        Assert.Equal("n%C3%B6 100%25%0A", answer.Response.Headers.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task A_stream_that_fails_after_messages_ends_with_the_status_in_trailers()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Repeat = (text, _) => RepeatThenFailAsync(text);

        var answer = await echo.Client.CallAsync(Repeat, RawClient.Frame(Hello));

        Assert.Equal(2, answer.Messages.Count);
        Assert.False(answer.TrailersOnly);
        Assert.Equal((10, "enough"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task A_stream_without_messages_is_OK()
    {
        await using var echo = await EchoHost.StartAsync();

        var answer = await echo.Client.CallAsync(Repeat, RawClient.Frame(Hello));

        Assert.Empty(answer.Messages);
        Assert.Equal(0, answer.Status);
    }

    [Fact]
    public async Task Any_other_exception_is_UNKNOWN_and_its_message_stays_here()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Once = (_, _) => throw new InvalidOperationException("password=secret");

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello));

        Assert.Equal(2, answer.Status);
        Assert.DoesNotContain("secret", answer.Message, StringComparison.Ordinal);
        Assert.Contains("trace", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_dependency_is_UNAVAILABLE()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Once = (_, _) => throw new InvalidOperationException("outer", new Npgsql.NpgsqlException("inner", new TimeoutException()));

        Assert.Equal(14, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello))).Status);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpcx")]
    public async Task Another_content_type_is_415_to_any_client(string type)
    {
        await using var echo = await EchoHost.StartAsync();
        using var content = new ByteArrayContent(RawClient.Frame(Hello));

        using var answer = await echo.Client.OpenAsync(Once, content, ("content-type", type));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Response.StatusCode);
        Assert.False(answer.Response.Headers.Contains("grpc-status"));
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    [InlineData("Application/GRPC")]
    public async Task Protobuf_may_be_named(string type)
    {
        await using var echo = await EchoHost.StartAsync();

        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("content-type", type))).Status);
    }

    public static TheoryData<string, byte[], int> BrokenBodies => new()
    {
        { "no message", [], 13 },
        { "half a header", [0, 0, 0], 13 },
        { "half a message", RawClient.Frame(Hello)[..^1], 13 },
        { "two messages", [.. RawClient.Frame(Hello), .. RawClient.Frame(Hello)], 13 },
        { "a flag that is none", RawClient.Frame(2, Hello.ToByteArray()), 13 },
        { "compressed by nothing named", RawClient.Frame(1, RawClient.Gzip(Hello.ToByteArray())), 13 },
        { "no protobuf", RawClient.Frame(0, [0xff, 0xff]), 13 },
        { "a length over the limit, and nothing after it", [0, 0, 1, 0x86, 0xa1], 8 },
        { "the greatest length", [0, 0xff, 0xff, 0xff, 0xff], 8 },
    };

    [Theory]
    [MemberData(nameof(BrokenBodies))]
    public async Task Broken_bodies_end_the_call_and_not_the_connection(string what, byte[] body, int status)
    {
        await using var echo = await EchoHost.StartAsync(options => options.MaxReceiveBytes = Limit);

        var answer = await echo.Client.CallAsync(Once, body);

        Assert.True(status == answer.Status, $"{what}: {answer.Status} {answer.Message}");
        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello))).Status);
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_is_taken()
    {
        await using var echo = await EchoHost.StartAsync(options => options.MaxReceiveBytes = Limit);
        var fits = new Text { Value = new string('x', Limit - 4) };
        Assert.Equal(Limit, fits.CalculateSize());

        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(fits))).Status);
        fits.Value += "x";
        Assert.Equal(8, (await echo.Client.CallAsync(Once, RawClient.Frame(fits))).Status);
    }

    [Fact]
    public async Task Gzip_is_taken_and_given_to_who_takes_it()
    {
        await using var echo = await EchoHost.StartAsync();
        var body = RawClient.Frame(1, RawClient.Gzip(Long.ToByteArray()));

        var plain = await echo.Client.CallAsync(Once, body, ("grpc-encoding", "gzip"));
        var zipped = await echo.Client.CallAsync(Once, body, ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity, deflate, gzip"));

        Assert.Equal(0, plain.Messages.Single().Flag);
        Assert.False(plain.Response.Headers.Contains("grpc-encoding"));
        Assert.Equal(Long, Text.Parser.ParseFrom(plain.Messages.Single().Payload));
        Assert.Equal(1, zipped.Messages.Single().Flag);
        Assert.Equal("gzip", zipped.Response.Headers.GetValues("grpc-encoding").Single());
        Assert.Equal(Long, Text.Parser.ParseFrom(RawClient.Gunzip(zipped.Messages.Single().Payload)));
    }

    [Fact]
    public async Task What_gzip_would_not_shorten_stays_as_it_is()
    {
        await using var echo = await EchoHost.StartAsync();

        var small = await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-accept-encoding", "gzip"));

        Assert.Equal((byte)0, small.Messages.Single().Flag);
    }

    [Fact]
    public async Task Messages_are_limited_by_what_they_decompress_to()
    {
        await using var echo = await EchoHost.StartAsync(options => options.MaxReceiveBytes = Limit);
        var bomb = RawClient.Gzip(new byte[1 << 28]);

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(1, bomb[..Math.Min(bomb.Length, Limit)]), ("grpc-encoding", "gzip"));

        Assert.Equal(8, answer.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not gzip at all")]
    [InlineData("truncated")]
    public async Task What_is_no_gzip_is_INTERNAL(string what)
    {
        await using var echo = await EchoHost.StartAsync();
        var bytes = what == "truncated" ? RawClient.Gzip(Long.ToByteArray())[..^12] : Encoding.UTF8.GetBytes(what);

        Assert.Equal(13, (await echo.Client.CallAsync(Once, RawClient.Frame(1, bytes), ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task Another_encoding_is_UNIMPLEMENTED_and_those_that_are_taken_are_told()
    {
        await using var echo = await EchoHost.StartAsync();

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-encoding", "snappy"));

        Assert.Equal(12, answer.Status);
        Assert.Equal("identity,gzip", answer.Response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Theory]
    [InlineData("Once")]
    [InlineData("Chat")]
    public async Task Binary_metadata_is_base64_padded_or_not(string method)
    {
        await using var echo = await EchoHost.StartAsync();
        IReadOnlyList<byte[]> read = [];
        string? ascii = null;
        void Read(GrpcCall call) => (read, ascii) = (call.BinaryMetadata("ids-bin"), call.Metadata("name"));
        echo.Once = (text, call) =>
        {
            Read(call);
            return Task.FromResult(text);
        };
        echo.Chat = (texts, call) =>
        {
            Read(call);
            return texts;
        };

        await echo.Client.CallAsync($"/test.Echo/{method}", RawClient.Frame(Hello), ("name", "va lue"), ("ids-bin", "AP8,AP8=,+/8, ???,/w==,/w"));

        Assert.Equal("va lue", ascii);
        Assert.Equal([[0, 255], [0, 255], [251, 255], [255], [255]], read);
    }

    private static async IAsyncEnumerable<Text> RepeatThenFailAsync(Text text)
    {
        yield return text;
        await Task.Yield();
        yield return text;
        throw new GrpcException(GrpcCode.Aborted, "enough");
    }
}

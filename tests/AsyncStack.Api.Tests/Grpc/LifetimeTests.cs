using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Tests.Grpc.Messages;
using Google.Protobuf;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>How long calls last: deadlines, cancellation, streams and the end of the service.</summary>
public sealed class LifetimeTests
{
    private const string Once = "/test.Echo/Once";
    private const string Chat = "/test.Echo/Chat";
    private const string Repeat = "/test.Echo/Repeat";

    private static readonly Text Hello = new() { Value = "hello" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("50m")]
    [InlineData("50000u")]
    [InlineData("50000000n")]
    [InlineData("0S")]
    public async Task A_deadline_that_passes_is_DEADLINE_EXCEEDED_and_cancels_the_handler(string timeout)
    {
        await using var echo = await EchoHost.StartAsync();
        var canceled = true;
        echo.Once = async (text, call) =>
        {
            canceled = false;
            await Forever(call).ContinueWith(_ => canceled = true, TaskScheduler.Default);
            call.Cancellation.ThrowIfCancellationRequested();
            return text;
        };

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-timeout", timeout));

        Assert.Equal(4, answer.Status);
        Assert.True(answer.TrailersOnly);
        Assert.True(canceled);
    }

    [Fact]
    public async Task A_result_that_comes_after_the_deadline_is_not_told()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Once = async (text, call) =>
        {
            await Forever(call).ContinueWith(_ => { }, TaskScheduler.Default);
            return text;
        };

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-timeout", "50m"));

        Assert.Equal(4, answer.Status);
        Assert.Empty(answer.Messages);
    }

    [Fact]
    public async Task A_deadline_in_the_midst_of_a_stream_ends_it_after_what_was_sent()
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Repeat = RepeatAndWaitAsync;

        var answer = await echo.Client.CallAsync(Repeat, RawClient.Frame(Hello), ("grpc-timeout", "200m"));

        Assert.Single(answer.Messages);
        Assert.False(answer.TrailersOnly);
        Assert.Equal(4, answer.Status);
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("1S")]
    public async Task A_deadline_that_does_not_pass_changes_nothing(string timeout)
    {
        await using var echo = await EchoHost.StartAsync();
        echo.Once = (text, call) => Task.FromResult(call.Cancellation.IsCancellationRequested ? new Text() : text);

        // A second is long for a call that does nothing; the first one is given all the time a cold start takes.
        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello))).Status);
        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-timeout", timeout == "1S" ? "100S" : timeout))).Status);
    }

    [Fact]
    public async Task A_timeout_that_is_none_is_INTERNAL_and_quoted()
    {
        await using var echo = await EchoHost.StartAsync();

        var answer = await echo.Client.CallAsync(Once, RawClient.Frame(Hello), ("grpc-timeout", "1.5S"));

        Assert.Equal(13, answer.Status);
        Assert.Contains("'1.5S'", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_cancels_cancels_the_handler()
    {
        await using var echo = await EchoHost.StartAsync();
        var (begun, over) = (new TaskCompletionSource(), new TaskCompletionSource<GrpcStatus?>());
        echo.Once = async (text, call) =>
        {
            begun.SetResult();
            await Forever(call).ContinueWith(_ => over.SetResult(call.Interruption), TaskScheduler.Default);
            return text;
        };
        using var content = new ByteArrayContent(RawClient.Frame(Hello));
        using var cancel = new CancellationTokenSource();

        var call = echo.Client.OpenAsync(Once, content, cancel.Token);
        await begun.Task.WaitAsync(Waiting.AtMost, Cancel);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(GrpcCode.Canceled, (await over.Task.WaitAsync(Waiting.AtMost, Cancel))?.Code);
    }

    [Fact]
    public async Task A_stream_of_requests_is_one_answer()
    {
        await using var echo = await EchoHost.StartAsync();
        var body = Enumerable.Range(0, 1000).SelectMany(i => RawClient.Frame(new Text { Value = $"{i} " })).ToArray();

        var answer = await echo.Client.CallAsync("/test.Echo/Join", body);

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i} ")), Text.Parser.ParseFrom(answer.Messages.Single().Payload).Value);
        Assert.Equal(0, answer.Status);
    }

    [Fact]
    public async Task Both_sides_of_a_stream_go_on_at_once()
    {
        await using var echo = await EchoHost.StartAsync();
        using var body = new WrittenBody();
        await body.WriteAsync(RawClient.Frame(Hello));
        using var call = await echo.Client.OpenAsync(Chat, body);

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(Hello, Text.Parser.ParseFrom((await call.NextAsync())!.Value.Payload));
            await body.WriteAsync(RawClient.Frame(Hello));
        }

        body.End();
        var rest = await call.ReadToEndAsync();
        Assert.Single(rest.Messages);
        Assert.Equal(0, rest.Status);
    }

    [Fact]
    public async Task Streams_over_the_limit_are_RESOURCE_EXHAUSTED_until_one_ends()
    {
        await using var echo = await EchoHost.StartAsync(options => options.MaxStreams = 1);
        using var body = new WrittenBody();
        await body.WriteAsync(RawClient.Frame(Hello));
        using var open = await echo.Client.OpenAsync(Chat, body);
        await open.NextAsync();

        Assert.Equal(8, (await echo.Client.CallAsync(Chat, RawClient.Frame(Hello))).Status);
        Assert.Equal(0, (await echo.Client.CallAsync(Once, RawClient.Frame(Hello))).Status);
        body.End();
        Assert.Equal(0, (await open.ReadToEndAsync()).Status);
        Assert.Equal(0, (await echo.Client.CallAsync(Chat, RawClient.Frame(Hello))).Status);
    }

    [Fact]
    public async Task A_service_that_stops_ends_its_streams_with_UNAVAILABLE_and_lets_others_end()
    {
        await using var echo = await EchoHost.StartAsync();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        echo.Once = async (text, _) =>
        {
            begun.SetResult();
            await go.Task;
            return text;
        };
        using var body = new WrittenBody();
        await body.WriteAsync(RawClient.Frame(Hello));
        using var stream = await echo.Client.OpenAsync(Chat, body);
        await stream.NextAsync();
        var once = echo.Client.CallAsync(Once, RawClient.Frame(Hello));
        await begun.Task.WaitAsync(Waiting.AtMost, Cancel);

        var stopping = echo.StopAsync();

        Assert.Equal(14, (await stream.ReadToEndAsync()).Status);
        go.SetResult();
        Assert.Equal(0, (await once).Status);
        await stopping;
    }

    private static Task Forever(GrpcCall call) => Task.Delay(Timeout.InfiniteTimeSpan, call.Cancellation);

    private static async IAsyncEnumerable<Text> RepeatAndWaitAsync(Text text, GrpcCall call)
    {
        yield return text;
        await Forever(call);
    }
}

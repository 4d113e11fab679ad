using System.Net;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Tests.Grpc.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>A server of test.Echo alone, whose methods a test says.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoHost(WebApplication app)
    {
        _app = app;
        app.MapGrpc(app, new GrpcService(EchoReflection.Descriptor.Services[0])
            .Unary<Text, Text>("Once", (text, call) => Once(text, call))
            .ServerStreaming<Text, Text>("Repeat", (text, call) => Repeat(text, call))
            .ClientStreaming<Text, Text>("Join", (texts, _) => JoinAsync(texts))
            .Bidirectional<Text, Text>("Chat", (texts, call) => Chat(texts, call)));
    }

    /// <summary>Default: the text as it came.</summary>
    public Func<Text, GrpcCall, Task<Text>> Once { get; set; } = (text, _) => Task.FromResult(text);

    /// <summary>Default: nothing.</summary>
    public Func<Text, GrpcCall, IAsyncEnumerable<Text>> Repeat { get; set; } = (_, _) => AsyncEnumerable.Empty<Text>();

    /// <summary>Default: each text as it came.</summary>
    public Func<IAsyncEnumerable<Text>, GrpcCall, IAsyncEnumerable<Text>> Chat { get; set; } = (texts, _) => texts;

    public RawClient Client { get; private set; } = null!;

    public static async Task<EchoHost> StartAsync(Action<GrpcOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, x => x.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<GrpcServer>();
        builder.Services.Configure(configure ?? (_ => { }));
        var host = new EchoHost(builder.Build());
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        host.Client = new RawClient(new Uri(host._app.Urls.First()));
        return host;
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task<Text> JoinAsync(IAsyncEnumerable<Text> texts)
    {
        var joined = new Text();
        await foreach (var text in texts)
        {
            joined.Value += text.Value;
        }

        return joined;
    }
}

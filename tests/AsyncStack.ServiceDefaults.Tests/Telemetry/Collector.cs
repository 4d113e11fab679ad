using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace AsyncStack.ServiceDefaults.Tests.Telemetry;

/// <summary>An OTLP receiver that keeps what is posted to each path.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _received = new(StringComparer.Ordinal);

    private Collector(HttpProtocols protocol)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocol));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string Endpoint => _app.Urls.First();

    /// <summary>Everything posted to a path, as text; protobuf keeps its strings readable.</summary>
    public string Received(string path) => _received.GetValueOrDefault(path, "");

    public IEnumerable<string> Paths => _received.Keys.Order(StringComparer.Ordinal);

    public ConcurrentBag<string> Headers { get; } = [];

    public static async Task<Collector> StartAsync(HttpProtocols protocol = HttpProtocols.Http1)
    {
        var collector = new Collector(protocol);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.AddOrUpdate(context.Request.Path, _ => Text(body), (_, earlier) => earlier + Text(body));
        Headers.Add($"{context.Request.ContentType} {context.Request.Headers["x-team"]}");
        context.Response.ContentType = context.Request.ContentType;
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private static string Text(MemoryStream body) => Encoding.UTF8.GetString(body.ToArray());
}

using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Telemetry;
using AsyncStack.Hosting.Dashboard.Telemetry.Sessions;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>The OTLP server and the queries on ports of their own.</summary>
internal sealed class TelemetryHost : IAsyncDisposable
{
    public const string Key = "the key of the tests";

    private readonly WebApplication _app;

    private TelemetryHost(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Http, Grpc) = (new Uri(addresses[0]), new Uri(addresses[1]));
        Client = new HttpClient { BaseAddress = Http };
    }

    /// <summary>HTTP/1.1: OTLP/HTTP and the Api.</summary>
    public Uri Http { get; }

    /// <summary>HTTP/2: OTLP/gRPC.</summary>
    public Uri Grpc { get; }

    public HttpClient Client { get; }

    public TelemetryStores Stores => _app.Services.GetRequiredService<TelemetryStores>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TelemetryHost> StartAsync(
        TimeProvider? time = null, Action<TelemetryLimits>? limits = null, OtlpOptions? otlp = null, SessionSource? source = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<TimeProvider>(time ?? new ManualTime());
        builder.Services.AddTelemetryStores(limits);
        if (source is not null)
            builder.Services.AddSingleton(source);
        var app = builder.Build();
        app.MapOtlp(otlp ?? new OtlpOptions { ApiKey = Key });
        app.MapGroup("/api").MapTelemetry();
        await app.StartAsync(Cancel);
        return new TelemetryHost(app);
    }

    /// <summary>Sends a request of OTLP/HTTP in protobuf with the key.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, IMessage message) =>
        await SendAsync(path, new ByteArrayContent(message.ToByteArray()), "application/x-protobuf");

    public async Task<HttpResponseMessage> SendAsync(string path, HttpContent content, string type, string? encoding = null, string? key = Key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("x-otlp-api-key", key);
        return await Client.SendAsync(request, Cancel);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>The detail of the problem with which a request is refused.</summary>
    public async Task<string> RefusedAsync(HttpStatusCode status, string path)
    {
        using var response = await Client.GetAsync(path, Cancel);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(Cancel)).GetProperty("detail").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Graph.Tests;

/// <summary>Takes OTLP over HTTP and keeps it as it came: texts stand in protobuf as they are.</summary>
internal sealed class TelemetryBytes : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _received = new(StringComparer.Ordinal);

    private TelemetryBytes(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>What came for <c>/v1/traces</c>, <c>/v1/logs</c> or <c>/v1/metrics</c>.</summary>
    public IReadOnlyCollection<string> Of(string path) => _received.TryGetValue(path, out var texts) ? texts : [];

    public static async Task<TelemetryBytes> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var telemetry = new TelemetryBytes(app);
        app.MapPost("/{**path}", telemetry.TakeAsync);
        await app.StartAsync();
        return telemetry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
        _received.GetOrAdd(context.Request.Path, _ => new()).Enqueue(await reader.ReadToEndAsync());
    }
}

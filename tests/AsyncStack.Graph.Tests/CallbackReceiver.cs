using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Graph.Tests;

/// <summary>A callback target under the test's control: it answers what the test says and keeps what came.</summary>
internal sealed class CallbackReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Callback> _received = Channel.CreateUnbounded<Callback>();

    private CallbackReceiver(WebApplication app)
    {
        _app = app;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Urls.Single() + "/callback");

    /// <summary>Every callback so far, by correlation id.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<Callback>> ByCorrelation { get; } = new(StringComparer.Ordinal);

    /// <summary>Status to answer; 204 unless the test says otherwise.</summary>
    public Func<HttpContext, int> Answer { get; set; } = _ => StatusCodes.Status204NoContent;

    public static async Task<CallbackReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new CallbackReceiver(app);
        app.Map("/callback", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for the next callback.</summary>
    public async Task<Callback> NextAsync()
    {
        using var timeout = new CancellationTokenSource(Waiting.AtMost);
        return await _received.Reader.ReadAsync(timeout.Token);
    }

    /// <summary>Waits until every one of these correlation ids was called back.</summary>
    public async Task AllAsync(IReadOnlyCollection<string> correlationIds)
    {
        using var timeout = new CancellationTokenSource(Waiting.AtMost);
        var missing = correlationIds.Where(c => !ByCorrelation.ContainsKey(c)).ToHashSet(StringComparer.Ordinal);
        try
        {
            while (missing.Count > 0)
            {
                missing.Remove((await _received.Reader.ReadAsync(timeout.Token)).CorrelationId);
                missing.RemoveWhere(ByCorrelation.ContainsKey);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{missing.Count} of {correlationIds.Count} callbacks did not come within {Waiting.AtMost.TotalSeconds} s, {missing.First()} for one.");
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var callback = new Callback(
            context.Request.Headers["webhook-id"].ToString(),
            body.RootElement.GetProperty("type").GetString()!,
            body.RootElement.GetProperty("correlation_id").GetString()!,
            body.RootElement.Clone(),
            context.Request.Headers.TraceParent.ToString());
        var status = Answer(context);
        ByCorrelation.GetOrAdd(callback.CorrelationId, _ => new()).Enqueue(callback);
        _received.Writer.TryWrite(callback);
        context.Response.StatusCode = status;
    }
}

/// <summary>One callback as it came.</summary>
internal sealed record Callback(string WebhookId, string Type, string CorrelationId, JsonElement Body, string TraceParent);

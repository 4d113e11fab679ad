using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>An answer of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal sealed class EventStream : IAsyncDisposable
{
    /// <summary>How often a comment tells a silent connection from a dead one.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ": keep-alive\n\n"u8.ToArray();

    private readonly HttpResponse _response;
    private readonly CancellationTokenSource _ended;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _beating;

    private EventStream(HttpContext context, CancellationTokenSource ended, TimeProvider time)
    {
        _response = context.Response;
        _ended = ended;
        _beating = BeatAsync(time);
    }

    /// <summary>The client went away, or the dashboard stops.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Position of the last event that the client has seen; null when it starts afresh.</summary>
    public static long? LastEventId(HttpRequest request)
        => long.TryParse(request.Headers["Last-Event-ID"], System.Globalization.NumberStyles.None, null, out var id) ? id : null;

    /// <summary>Answers with the events that <paramref name="send"/> writes until the client or the dashboard ends it.</summary>
    public static async Task RunAsync(HttpContext context, Func<EventStream, Task> send)
    {
        var services = context.RequestServices;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await context.Response.Body.FlushAsync(ended.Token);
            await using var stream = new EventStream(context, ended, services.GetRequiredService<TimeProvider>());
            await send(stream);
        }
        catch (Exception exception) when (ended.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>Sends one event. A client that reads slowly holds up whoever sends, not the memory.</summary>
    public async Task SendAsync<T>(string name, T data, long? id = null)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(data, JsonSerializerOptions.Web);
        var head = id is null ? $"event: {name}\ndata: " : $"id: {id}\nevent: {name}\ndata: ";
        byte[] message = [.. System.Text.Encoding.UTF8.GetBytes(head), .. json, (byte)'\n', (byte)'\n'];
        await WriteAsync(message);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writing.Dispose();
    }

    private async Task BeatAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Heartbeat, time);
        while (await timer.WaitForNextTickAsync(Ended))
            await WriteAsync(Comment);
    }

    private async Task WriteAsync(byte[] message)
    {
        await _writing.WaitAsync(Ended);
        try
        {
            await _response.Body.WriteAsync(message, Ended);
            await _response.Body.FlushAsync(Ended);
        }
        finally
        {
            _writing.Release();
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Live;

/// <summary>Server-sent events to one client, who slows down nobody but itself: what it misses meanwhile is in the stores, or skipped.</summary>
internal sealed class EventStream(HttpResponse response, TimeProvider time, CancellationToken ended)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>The position after which the client wants to go on; null when it names none.</summary>
    public long? LastEventId { get; } =
        long.TryParse(response.HttpContext.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The client has gone, the program stops, or what is read from was closed.</summary>
    public CancellationToken Ended => ended;

    /// <summary>Sends the headers, so that the client knows that it is heard.</summary>
    public Task BeginAsync()
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return WriteAsync(": open\n\n");
    }

    public Task SendAsync<T>(string kind, T data, JsonTypeInfo<T> type, long? id = null) =>
        WriteAsync($"{(id is null ? "" : $"id: {id}\n")}event: {kind}\ndata: {JsonSerializer.Serialize(data, type)}\n\n");

    /// <summary>Waits for news, and a pause besides that lets news gather; keeps the connection alive meanwhile.</summary>
    public async Task WaitAsync(Task news, TimeSpan pause)
    {
        await Task.Delay(pause, time, ended);
        while (true)
        {
            try
            {
                await news.WaitAsync(KeepAlive, time, ended);
                return;
            }
            catch (TimeoutException)
            {
                await WriteAsync(": keep-alive\n\n");
            }
        }
    }

    private async Task WriteAsync(string text)
    {
        await response.WriteAsync(text, ended);
        await response.Body.FlushAsync(ended);
    }
}

/// <summary>Opens live streams, a limited number at a time.</summary>
internal sealed class EventStreams(TelemetryLimits limits, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private int _open;

    /// <summary>Serves one stream until its client goes, the program stops, or what it reads from is closed.</summary>
    public async Task<IResult> ServeAsync(HttpContext http, Func<EventStream, Task> serve, CancellationToken closed)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > limits.LiveStreams)
                return Busy(http.Response);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping, closed);
            var stream = new EventStream(http.Response, time, ending.Token);
            try
            {
                await stream.BeginAsync();
                await serve(stream);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
            }

            return Results.Empty;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private IResult Busy(HttpResponse response)
    {
        response.Headers.RetryAfter = "5";
        return Results.Problem(
            $"{limits.LiveStreams} live streams are open, the most there may be; close another page of the dashboard.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}

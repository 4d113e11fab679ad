using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AsyncStack.Api.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace AsyncStack.Api.Requests;

/// <summary>An answer of server-sent events; a write waits while the client does not read.</summary>
internal sealed class EventStream
{
    private readonly HttpResponse _response;
    private readonly CancellationToken _cancellationToken;

    private EventStream(HttpResponse response, CancellationToken cancellationToken) => (_response, _cancellationToken) = (response, cancellationToken);

    /// <summary>Whether the request asks for one.</summary>
    public static bool IsWanted(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);

    /// <summary>Begins the answer: the client knows that it is heard.</summary>
    public static async Task<EventStream> BeginAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.HttpContext.RequestServices.GetRequiredService<OpenStreams>().Add(response.HttpContext);
        await response.Body.FlushAsync(cancellationToken);
        return new EventStream(response, cancellationToken);
    }

    /// <summary>Refuses one that would be more than this server holds.</summary>
    public static IResult Busy(HttpResponse response)
    {
        response.Headers.RetryAfter = "5";
        return Results.Problem("More streams are open than this server may hold. Come again after a moment.", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    public Task WriteAsync<T>(string name, T data, JsonTypeInfo<T> type, string? id = null) => _response.WriteAsync(
        $"{(id is null ? "" : $"id: {id}\n")}event: {name}\ndata: {JsonSerializer.Serialize(data, type)}\n\n", _cancellationToken);

    public Task FlushAsync() => _response.Body.FlushAsync(_cancellationToken);

    /// <summary>Tells that it is alive, to whoever stands between.</summary>
    public async Task HeartbeatAsync()
    {
        await _response.WriteAsync(": heartbeat\n\n", _cancellationToken);
        await FlushAsync();
    }
}

using System.Net;

namespace AsyncStack.Api.Tests.Support;

/// <summary>One server-sent event; a comment is its own kind.</summary>
internal sealed record ServerEvent(string? Id, string Kind, string Data);

/// <summary>A stream of server-sent events as a browser reads it.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpResponseMessage Response => response;

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)));
    }

    /// <summary>The next event, or null when the server has ended the stream.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        var (id, kind, data) = ((string?)null, "", "");
        while (await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(Waiting.AtMost) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]: id = value; break;
                case ["event", var value]: kind = value; break;
                case ["data", var value]: data = value; break;
                case ["", "heartbeat"]: kind = "heartbeat"; break;
                case [""]: return new ServerEvent(id, kind, data);
                default: throw new InvalidOperationException($"'{line}' is no line of an event.");
            }
        }

        return null;
    }

    /// <summary>Everything up to the end of the stream.</summary>
    public async Task<List<ServerEvent>> RestAsync()
    {
        var events = new List<ServerEvent>();
        while (await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}

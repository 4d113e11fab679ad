using System.Net;
using System.Text.Json;

namespace AsyncStack.Hosting.Tests.Dashboard;

/// <summary>One server-sent event.</summary>
internal sealed record ServerEvent(string? Id, string Name, JsonElement Data);

/// <summary>A stream of server-sent events as a browser reads it.</summary>
internal sealed class EventReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)));
    }

    /// <summary>The next event of that name; fails when the server ends the stream before.</summary>
    public async Task<ServerEvent> NextAsync(string name)
    {
        var (id, kind) = ((string?)null, "");
        while (await lines.ReadLineAsync(Cancel).AsTask().WaitAsync(Waiting.AtMost, Cancel) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]: id = value; break;
                case ["event", var value]: kind = value; break;
                case ["data", var value] when kind == name: return new ServerEvent(id, kind, JsonSerializer.Deserialize<JsonElement>(value));
                case [""]: (id, kind) = (null, ""); break;
            }
        }

        throw new InvalidOperationException($"The stream ended before an event '{name}'.");
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}

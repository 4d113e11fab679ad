using System.Globalization;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>Asks an HTTP server: any answer but a 5xx shows that it serves.</summary>
internal static class HttpProbe
{
    /// <summary>Null when the server answers the path, else the reason it did not.</summary>
    public static Task<string?> ReadyAsync(int port, string path, CancellationToken cancellationToken) =>
        LoopbackStream.ProbeAsync(port, (stream, token) => AskAsync(stream, path, token), cancellationToken);

    private static async Task<string?> AskAsync(LoopbackStream stream, string path, CancellationToken cancellationToken)
    {
        var request = $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request), cancellationToken);
        var status = await stream.ReadLineAsync(cancellationToken);
        var parts = status.Split(' ');
        var answered = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code < 500;
        return answered ? null : $"GET {path} answered '{status}'";
    }
}

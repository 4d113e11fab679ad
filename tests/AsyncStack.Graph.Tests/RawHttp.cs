using System.Net.Sockets;
using System.Text;

namespace AsyncStack.Graph.Tests;

/// <summary>A connection on which anything may be written, also what no HTTP client would.</summary>
internal sealed class RawHttp : IAsyncDisposable
{
    private readonly TcpClient _client = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RawHttp> ConnectAsync(Uri server)
    {
        var connection = new RawHttp();
        await connection._client.ConnectAsync(server.Host, server.Port, Cancel);
        return connection;
    }

    /// <summary>Sends a request on a connection of its own, and answers all that comes until the server closes it.</summary>
    public static async Task<string> ExchangeAsync(Uri server, string text)
    {
        await using var connection = await ConnectAsync(server);
        await connection.WriteAsync(text);
        return await connection.ReadToEndAsync();
    }

    public async Task WriteAsync(string text) => await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Cancel);

    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(_client.GetStream(), Encoding.Latin1);
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            while (await reader.ReadAsync(buffer, Cancel) is > 0 and var count)
            {
                text.Append(buffer, 0, count);
            }
        }
        catch (IOException)
        {
            // Reset, which ends it as well.
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}

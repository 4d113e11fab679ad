using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace AsyncStack.Bench.Load;

/// <summary>What the server answered: its status and the id it gave the job or the resource, when it gave one.</summary>
internal readonly record struct Answer(int Status, Guid Id);

/// <summary>
/// One keep-alive HTTP/1.1 connection that sends a prepared request and reads just enough of the answer.
/// HttpClient costs several times as much CPU a request, which on a shared machine would be taken from what is measured.
/// </summary>
internal sealed class LeanConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];

    public static async Task<LeanConnection> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = new LeanConnection();
        try
        {
            await connection._socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The server closed the connection, or the answer is longer than the buffer.</exception>
    public async ValueTask<Answer> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(request, cancellationToken);
        var length = 0;
        while (!IsWhole(_buffer.AsSpan(0, length)))
        {
            if (length == _buffer.Length)
                throw new IOException($"The answer is longer than {_buffer.Length} bytes.");
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                throw new IOException("The server closed the connection in the middle of an answer.");
            length += read;
        }

        return Parse(_buffer.AsSpan(0, length));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A POST of a JSON body, as bytes to be sent over and over.</summary>
    public static byte[] Post(Uri address, string json) => Request("POST", address, json);

    /// <summary>Any request, without a body where <paramref name="json"/> is null.</summary>
    public static byte[] Request(string method, Uri address, string? json) => Encoding.UTF8.GetBytes(
        $"{method} {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\n" +
        (json is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headers = answer.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
            return false;
        if (answer.StartsWith("HTTP/1.1 204"u8))
            return true;
        var body = answer[(headers + 4)..];
        return ContentLength(answer[..headers]) is { } expected
            ? body.Length >= expected
            : body.EndsWith("0\r\n\r\n"u8);
    }

    private static int? ContentLength(ReadOnlySpan<byte> headers)
    {
        // Kestrel writes the name capitalised, uvicorn in lower case.
        var at = headers.IndexOf("ontent-Length: "u8);
        if (at < 0)
            at = headers.IndexOf("ontent-length: "u8);
        return at >= 0 && Utf8Parser.TryParse(headers[(at + 15)..], out int length, out _) ? length : null;
    }

    private static Answer Parse(ReadOnlySpan<byte> answer)
    {
        var status = Utf8Parser.TryParse(answer["HTTP/1.1 ".Length..], out int code, out _) ? code : 0;
        return new Answer(status, Id(answer, "\"job_id\":\""u8) ?? Id(answer, "\"task_id\":\""u8) ?? Id(answer, "{\"id\":\""u8) ?? Guid.Empty);
    }

    private static Guid? Id(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> field)
    {
        var at = answer.IndexOf(field);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + field.Length)..], out Guid id, out _) ? id : null;
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>A connection to a loopback port for one probe.</summary>
internal sealed class LoopbackStream : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Time that one probe may take.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs one probe: null when it succeeds, else why it did not. Refused connections, closed ones and silence are reasons;
    /// only the caller's own cancellation is thrown.
    /// </summary>
    public static async Task<string?> ProbeAsync(
        int port, Func<LoopbackStream, CancellationToken, Task<string?>> probe, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        using var stream = new LoopbackStream();
        try
        {
            await stream._socket.ConnectAsync(IPAddress.Loopback, port, timeout.Token);
            return await probe(stream, timeout.Token);
        }
        catch (SocketException exception)
        {
            return $"127.0.0.1:{port}: {exception.Message}";
        }
        catch (EndOfStreamException)
        {
            return $"127.0.0.1:{port} closed the connection";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"127.0.0.1:{port} did not answer within {Timeout.TotalSeconds:0} s";
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var sent = await _socket.SendAsync(bytes, cancellationToken);
            bytes = bytes[sent..];
        }
    }

    /// <summary>Reads exactly so many bytes.</summary>
    /// <exception cref="EndOfStreamException">The server closed the connection first.</exception>
    public async Task<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var filled = 0;
        while (filled < count)
        {
            var read = await _socket.ReceiveAsync(bytes.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            filled += read;
        }

        return bytes;
    }

    /// <summary>Reads a big-endian 32-bit number.</summary>
    public async Task<int> ReadInt32Async(CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(4, cancellationToken));

    /// <summary>Reads up to and without the next line feed.</summary>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            var next = (await ReadAsync(1, cancellationToken))[0];
            if (next == (byte)'\n')
            {
                return System.Text.Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(next);
        }
    }

    public void Dispose() => _socket.Dispose();
}

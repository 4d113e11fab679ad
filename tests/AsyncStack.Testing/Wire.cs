using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Testing;

/// <summary>A wire to a real server that can be cut and mended: what one client sees when its server goes away and comes back, while other clients see nothing.</summary>
public sealed class Wire : IAsyncDisposable
{
    private readonly DnsEndPoint server;
    private readonly Socket held = NewSocket();
    private readonly ConcurrentBag<Socket> open = [];
    private Socket? listener;
    private Task accepting = Task.CompletedTask;

    /// <summary>Lays a wire to a server, which need not be there yet.</summary>
    public Wire(string host, int port)
    {
        server = new(host, port);
        // Bound and never listening, it keeps others from the port while the wire is cut: clients are refused, nobody else takes it.
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)held.LocalEndPoint!).Port;
        Mend();
    }

    /// <summary>The near end, on 127.0.0.1; the same after mending.</summary>
    public int Port { get; }

    /// <summary>Breaks the connection over which a client sends these bytes, before the server sees them. Default none.</summary>
    public byte[]? BreakAt { get; set; }

    /// <summary>Takes connections again.</summary>
    public void Mend()
    {
        listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen();
        accepting = AcceptAsync(listener);
    }

    /// <summary>Breaks every connection and refuses new ones.</summary>
    public async Task CutAsync()
    {
        listener?.Dispose();
        await accepting;
        Break();
    }

    /// <summary>Breaks every connection; new ones are taken at once.</summary>
    public void Break()
    {
        while (open.TryTake(out var socket))
            socket.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        held.Dispose();
    }

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        return socket;
    }

    private async Task AcceptAsync(Socket taking)
    {
        try
        {
            while (true)
            {
                var near = await taking.AcceptAsync();
                open.Add(near);
                _ = RelayAsync(near);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // No longer listening.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        open.Add(far);
        try
        {
            await far.ConnectAsync(server);
            await Task.WhenAny(
                PumpAsync(near, far, sent => BreakAt is { } bytes && sent.Span.IndexOf(bytes) >= 0),
                PumpAsync(far, near, _ => false));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // The server is away, or the wire was cut meanwhile.
        }
        finally
        {
            near.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, bool> breaks)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count && !breaks(buffer.AsMemory(0, count)))
                await to.SendAsync(buffer.AsMemory(0, count));
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // Either side went away; so does the other.
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Testing;

/// <summary>A wire to a real server that can be cut and mended: what one client sees when its server goes away and comes back, while other clients see nothing.</summary>
public sealed class Wire : IAsyncDisposable
{
    private readonly DnsEndPoint server;
    private readonly ConcurrentBag<Socket> open = [];
    private TcpListener? listener;
    private Task accepting = Task.CompletedTask;

    /// <summary>Lays a wire to a server.</summary>
    public Wire(string host, int port)
    {
        server = new(host, port);
        Mend();
    }

    /// <summary>The near end, on 127.0.0.1; the same after mending.</summary>
    public int Port { get; private set; }

    /// <summary>Breaks the connection over which a client sends these bytes, before the server sees them. Default none.</summary>
    public byte[]? BreakAt { get; set; }

    /// <summary>Takes connections again.</summary>
    public void Mend()
    {
        listener = new(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync(listener);
    }

    /// <summary>Breaks every connection and refuses new ones.</summary>
    public async Task CutAsync()
    {
        listener?.Stop();
        await accepting;
        while (open.TryTake(out var socket))
            socket.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await CutAsync();

    private async Task AcceptAsync(TcpListener taking)
    {
        try
        {
            while (true)
            {
                var near = await taking.AcceptSocketAsync();
                open.Add(near);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                open.Add(far);
                await far.ConnectAsync(server);
                _ = PumpAsync(near, far, sent => BreakAt is { } bytes && sent.Span.IndexOf(bytes) >= 0);
                _ = PumpAsync(far, near, _ => false);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
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

        from.Dispose();
        to.Dispose();
    }
}

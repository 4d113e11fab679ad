using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

/// <summary>A wire to a real server that can be cut and mended: what a client sees when its server dies and comes back.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly DnsEndPoint _server;
    private readonly ConcurrentBag<Socket> _open = [];
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    public Wire(string host, int port)
    {
        _server = new(host, port);
        Mend();
    }

    public int Port { get; private set; }

    public void Mend()
    {
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public async Task CutAsync()
    {
        _listener?.Stop();
        await _accepting;
        while (_open.TryTake(out var socket))
            socket.Dispose();
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync();
                _open.Add(client);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                _open.Add(server);
                await server.ConnectAsync(_server);
                _ = PumpAsync(client, server);
                _ = PumpAsync(server, client);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
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

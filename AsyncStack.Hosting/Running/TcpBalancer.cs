using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Hosting.Running;

/// <summary>One stable address for several replicas: each connection goes to the next replica that accepts it.</summary>
internal sealed class TcpBalancer : IAsyncDisposable
{
    private const int BufferSize = 32 * 1024;
    private readonly Socket _listener;
    private readonly IReadOnlyList<IPEndPoint> _targets;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private uint _turn;

    private TcpBalancer(Socket listener, IReadOnlyList<IPEndPoint> targets)
    {
        _listener = listener;
        _targets = targets;
        _accepting = AcceptAsync();
    }

    public static TcpBalancer Start(int port, IEnumerable<int> targetPorts)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen(512);
        return new TcpBalancer(socket, [.. targetPorts.Select(target => new IPEndPoint(IPAddress.Loopback, target))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = RelayAsync(await _listener.AcceptAsync(_stopping.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client went away between connecting and being accepted.
            }
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            using var replica = await ConnectAsync();
            if (replica is null)
                return;
            try
            {
                await Task.WhenAll(CopyAsync(client, replica), CopyAsync(replica, client));
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side was cut off; disposing both ends tells the other.
            }
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        for (var attempt = 0; attempt < _targets.Count; attempt++)
        {
            var target = _targets[(int)(Interlocked.Increment(ref _turn) % (uint)_targets.Count)];
            var replica = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await replica.ConnectAsync(target, _stopping.Token);
                return replica;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                replica.Dispose();
            }
        }

        return null;
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is var received and > 0)
                for (var sent = 0; sent < received;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), _stopping.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // A connection broken in one direction is of no use in the other.
            from.Dispose();
            to.Dispose();
            throw;
        }
    }
}

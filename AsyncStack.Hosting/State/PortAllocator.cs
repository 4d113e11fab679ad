using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AsyncStack.Hosting.State;

/// <summary>
/// Free loopback ports. A port is held by a locked file until it is released, so that two graphs which start at the same time
/// never choose the same one between looking and listening.
/// </summary>
internal sealed class PortAllocator : IDisposable
{
    // Below the ports that the kernel gives to outgoing connections, which would come and go on a port kept over restarts.
    private const int FirstPort = 20000;
    private const int LastPort = 29999;
    private const int Attempts = 500;

    private static readonly string Reservations = Path.Combine(Path.GetTempPath(), $"asyncstack-ports-{Environment.UserName}");
    private readonly List<FileStream> _held = [];

    /// <summary>The preferred port where it is free, else a random free one.</summary>
    public int Allocate(int? preferred)
    {
        if (preferred is { } port && TryTake(port))
            return port;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var candidate = RandomNumberGenerator.GetInt32(FirstPort, LastPort + 1);
            if (TryTake(candidate))
                return candidate;
        }

        throw new DistributedApplicationException($"No free port found between {FirstPort} and {LastPort}; stop other graphs or servers.");
    }

    public void Dispose()
    {
        foreach (var reservation in _held)
        {
            File.Delete(reservation.Name);
            reservation.Dispose();
        }

        _held.Clear();
    }

    private bool TryTake(int port)
    {
        if (Reserve(port) is not { } reservation)
            return false;
        if (!IsFree(port))
        {
            reservation.Dispose();
            return false;
        }

        _held.Add(reservation);
        return true;
    }

    private static FileStream? Reserve(int port)
    {
        try
        {
            Directory.CreateDirectory(Reservations);
            return new FileStream(Path.Combine(Reservations, port.ToString()), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Also free by IPv6, as "localhost" may mean either; a machine without IPv6 has nothing there that could be in the way.
    private static bool IsFree(int port) => Problem(IPAddress.Loopback, port) is null && Problem(IPAddress.IPv6Loopback, port) is not SocketError.AddressAlreadyInUse;

    private static SocketError? Problem(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

            // What was closed a moment ago may linger in TIME_WAIT without keeping a server from listening.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Loopback ports that no endpoint of the graph names, such as that of Erlang's port mapper.</summary>
internal static class FreePort
{
    // Between the graph's own ports and those the kernel gives to outgoing connections: one of the latter may be gone again
    // before the server that is to listen on it has started.
    private const int FirstPort = 30000;
    private const int LastPort = 32767;
    private static readonly HashSet<int> Given = [];

    /// <summary>Distinct ports that were free a moment ago and that this process has not given out before.</summary>
    public static int[] Take(int count)
    {
        lock (Given)
        {
            return [.. Enumerable.Range(0, count).Select(_ => Next())];
        }
    }

    private static int Next()
    {
        for (var attempt = 0; attempt < LastPort - FirstPort; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(FirstPort, LastPort + 1);
            if (IsFree(port) && Given.Add(port))
                return port;
        }

        throw new DistributedApplicationException($"No free port found between {FirstPort} and {LastPort}; stop other graphs or servers.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

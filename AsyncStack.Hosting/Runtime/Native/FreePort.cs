using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Loopback ports that no endpoint of the graph names, such as that of Erlang's port mapper.</summary>
internal static class FreePort
{
    /// <summary>Distinct ports that were free a moment ago.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Core.Egress;

/// <summary>
/// Opens connections on behalf of callers. The name is resolved once, every address is checked, and the connection goes to the
/// addresses that were checked, so that a name that changes its answer gains nothing.
/// </summary>
public sealed class EgressConnector(IHostResolver resolver, EgressPolicy policy, EgressSettings settings)
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="EgressRefusedException">One of the target's addresses is forbidden.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolver.ResolveAsync(host, cancellationToken);
        foreach (var address in addresses)
        {
            if (policy.Refusal(address) is { } what)
            {
                throw new EgressRefusedException(
                    $"{host} is at {address}, which is {what}; {settings.Setting} can open an exception.");
            }
        }

        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }
}

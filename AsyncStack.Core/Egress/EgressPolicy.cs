using System.Net;
using System.Net.Sockets;

namespace AsyncStack.Core.Egress;

/// <summary>
/// Says which addresses requests on behalf of callers may reach: public unicast ones, and those of <see cref="EgressSettings.AllowedNetworks"/>.
/// </summary>
public sealed class EgressPolicy(EgressSettings settings)
{
    private static readonly (IPNetwork Network, string What)[] ReservedV4 =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "shared (carrier-grade NAT)"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("168.63.129.16/32"), "a cloud's metadata service"),
        (IPNetwork.Parse("169.254.169.254/32"), "a cloud's metadata service"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "reserved"),
        (IPNetwork.Parse("192.0.2.0/24"), "for documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "a 6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "for benchmarks"),
        (IPNetwork.Parse("198.51.100.0/24"), "for documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "for documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
    ];

    private static readonly (IPNetwork Network, string What)[] ReservedV6 =
    [
        (IPNetwork.Parse("::/128"), "unspecified"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("::/96"), "an IPv4-compatible address"),
        (IPNetwork.Parse("fd00:ec2::254/128"), "a cloud's metadata service"),
        (IPNetwork.Parse("fc00::/7"), "private"),
        (IPNetwork.Parse("fe80::/10"), "link-local"),
        (IPNetwork.Parse("ff00::/8"), "multicast"),
        (IPNetwork.Parse("2001:2::/48"), "for benchmarks"),
        (IPNetwork.Parse("2001:10::/28"), "reserved"),
        (IPNetwork.Parse("2001:20::/28"), "reserved"),
        (IPNetwork.Parse("2001:db8::/32"), "for documentation"),
        (IPNetwork.Parse("3fff::/20"), "for documentation"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    private readonly IPNetwork[] _allowed = [.. settings.AllowedNetworks.Select(n => IPNetwork.Parse(n))];

    /// <summary>Why <paramref name="address"/> may not be called, or null when it may.</summary>
    public string? Refusal(IPAddress address) =>
        // Before the networks, which would take it for the IPv4 address inside; no honest name resolves to one.
        address.IsIPv4MappedToIPv6 ? "an IPv4-mapped address"
        : Array.Exists(_allowed, n => n.Contains(address)) ? null
        : address.AddressFamily == AddressFamily.InterNetwork ? Find(ReservedV4, address)
        : Find(ReservedV6, address) ?? Embedded(address) ?? Outside(address);

    private static string? Find((IPNetwork Network, string What)[] reserved, IPAddress address)
    {
        foreach (var (network, what) in reserved)
        {
            if (network.Contains(address))
            {
                return what;
            }
        }

        return null;
    }

    // A translator or tunnel on the way would carry the request on to the IPv4 address inside.
    private static string? Embedded(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        IEnumerable<IPAddress> inside =
            Nat64.Contains(address) ? [new IPAddress(bytes.AsSpan(12, 4))]
            : SixToFour.Contains(address) ? [new IPAddress(bytes.AsSpan(2, 4))]
            : Teredo.Contains(address) ? [new IPAddress(bytes.AsSpan(4, 4)), new IPAddress([.. bytes[12..].Select(b => (byte)~b)])]
            : [];
        return inside.Select(v4 => Find(ReservedV4, v4) is { } what ? $"a way to {v4}, which is {what}" : null).FirstOrDefault(r => r is not null);
    }

    private static string? Outside(IPAddress address) =>
        GlobalUnicast.Contains(address) || Nat64.Contains(address) ? null : "not public";
}

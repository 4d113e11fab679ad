using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AsyncStack.Core.Egress;

/// <summary>What requests on behalf of callers may reach.</summary>
/// <param name="AllowedNetworks">Networks in CIDR notation that may be reached although they are loopback, private or otherwise reserved.</param>
/// <param name="Setting">The setting that holds them, for messages.</param>
/// <param name="ConnectTimeout">How long resolving and connecting may take.</param>
/// <param name="ConnectionsPerTarget">Connections to one target (host and port) at the most.</param>
public sealed record EgressSettings(IReadOnlyList<string> AllowedNetworks, string Setting, TimeSpan ConnectTimeout, int ConnectionsPerTarget);

/// <summary>Registers guarded egress.</summary>
public static class EgressRegistration
{
    /// <summary>Adds <see cref="EgressClient"/>, the only way in which a service sends requests to addresses that callers name.</summary>
    /// <param name="services">The services.</param>
    /// <param name="settings">Makes the settings.</param>
    public static IServiceCollection AddEgress(this IServiceCollection services, Func<IServiceProvider, EgressSettings> settings)
    {
        services.AddSingleton(settings);
        services.TryAddSingleton<IHostResolver, DnsHostResolver>();
        return services.AddSingleton<EgressPolicy>().AddSingleton<EgressConnector>().AddSingleton<EgressClient>();
    }

    /// <summary>What is wrong with networks of the settings.</summary>
    public static IEnumerable<string> Check(IEnumerable<string> networks, string setting) =>
        from network in networks
        where !IPNetwork.TryParse(network, out _)
        select $"{setting} has '{network}', which is no network: write it like 10.1.0.0/16 or fd12::/48.";
}

namespace AsyncStack.AppHost;

/// <summary>Where the gateway listens.</summary>
internal static class GatewayAddress
{
    /// <summary>The gateway is always a container here, and reached through the network it is in.</summary>
    public static string For(IDistributedApplicationBuilder builder) => "0.0.0.0";
}

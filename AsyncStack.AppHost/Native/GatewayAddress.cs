namespace AsyncStack.AppHost;

/// <summary>Where the gateway listens.</summary>
internal static class GatewayAddress
{
    /// <summary>On this machine the gateway is a program of the host, and nobody outside is invited; published, it is a container of its own.</summary>
    public static string For(IDistributedApplicationBuilder builder) => builder.ExecutionContext.IsRunMode ? "127.0.0.1" : "0.0.0.0";
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.ServiceDefaults;

internal static class GracefulShutdown
{
    /// <summary>Below the 30 s that Kubernetes and the local runner grant before they kill.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(25);

    public static void AddGracefulShutdown(this IHostApplicationBuilder builder) =>
        builder.Services.AddOptions<HostOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                options.ShutdownTimeout = configuration.GetValue<TimeSpan?>("Shutdown:Timeout") ?? DefaultTimeout)
            .Validate(
                options => options.ShutdownTimeout > TimeSpan.Zero,
                "Shutdown:Timeout must be positive. Set it to the time running work may take to end, 00:00:25 for example.")
            .ValidateOnStart();
}

using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Metrics;
using AsyncStack.Hosting.Dashboard.Telemetry.Sessions;
using AsyncStack.Hosting.Dashboard.Telemetry.Traces;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>What the dashboard asks of telemetry.</summary>
internal static class TelemetryEndpoints
{
    /// <summary>Registers the stores; a limit that makes no sense keeps the host from starting.</summary>
    public static IServiceCollection AddTelemetryStores(this IServiceCollection services, Action<TelemetryLimits>? configure = null)
    {
        services.AddOptions<TelemetryLimits>().Configure(limits => configure?.Invoke(limits)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TelemetryStores>();
        services.AddSingleton(s => s.GetRequiredService<TelemetryStores>().Limits);
        services.AddSingleton<EventStreams>();
        return services;
    }

    /// <summary>Maps <c>/logs</c>, <c>/traces</c>, <c>/metrics</c> and <c>/session</c> below the group.</summary>
    public static void MapTelemetry(this RouteGroupBuilder api)
    {
        api.MapLogs();
        api.MapTraces();
        api.MapMetrics();
        api.MapSessions();
    }
}

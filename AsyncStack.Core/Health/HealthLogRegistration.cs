using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Health;

internal static class HealthLogRegistration
{
    /// <summary>Adds the health log to a service that has health checks and an <c>NpgsqlDataSource</c>.</summary>
    public static IServiceCollection AddHealthLog(this IServiceCollection services)
    {
        services.AddOptions<HealthLogOptions>().BindConfiguration("HealthLog").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HealthCheckPublisherOptions>().Configure<IOptions<HealthLogOptions>>((publishing, log) =>
            (publishing.Delay, publishing.Period) = (TimeSpan.Zero, log.Value.Interval));
        return services.AddSingleton<IHealthCheckPublisher, HealthLog>();
    }
}

using AsyncStack.ServiceDefaults;
using AsyncStack.ServiceDefaults.Discovery;
using AsyncStack.ServiceDefaults.Health;
using AsyncStack.ServiceDefaults.Http;
using AsyncStack.ServiceDefaults.Metrics;
using AsyncStack.ServiceDefaults.Problems;
using AsyncStack.ServiceDefaults.Secrets;
using AsyncStack.ServiceDefaults.Telemetry;
using AsyncStack.ServiceDefaults.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the stack gets, under the names of Aspire's project template.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// Adds secrets from files, private authorities, telemetry, health, problem details, limits of requests, service discovery for <see cref="HttpClient"/> and a graceful shutdown.
    /// Call it before anything else is registered, so that telemetry starts first and is flushed last.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.AddMountedSecrets();
        builder.AddTls();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry();
        builder.AddHealth();
        builder.AddProblems();
        builder.AddHttpLimits();
        builder.AddServiceDiscovery();
        builder.AddGracefulShutdown();
        return builder;
    }

    /// <summary>
    /// Adds the request pipeline every service shares (request telemetry, security headers, correlation id, problem+json) and maps
    /// <c>/health</c>, <c>/alive</c> and <c>/metrics</c>.
    /// Call it first after <c>Build()</c>: what is added to the pipeline earlier runs outside of the exception handler.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseMiddleware<RequestTelemetry>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<CorrelationId>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<UnambiguousLength>();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }
}

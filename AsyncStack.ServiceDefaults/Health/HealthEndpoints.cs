using System.Collections.ObjectModel;
using AsyncStack.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Health;

internal static class HealthEndpoints
{
    public static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<HealthProbe>();
        builder.Services.AddSingleton<Liveness>();
        builder.Services.AddOptions<HealthOptions>()
            .BindConfiguration(HealthOptions.Section)
            .Validate(
                options => options.Deadline > TimeSpan.Zero,
                $"{HealthOptions.Section}:{nameof(HealthOptions.Deadline)} must be positive. Set it to the time a check may take, 00:00:02 for example.")
            .Validate(
                options => options.CacheFor >= TimeSpan.Zero,
                $"{HealthOptions.Section}:{nameof(HealthOptions.CacheFor)} must not be negative. Set it to 00:00:00 to ask at every probe.")
            .ValidateOnStart();

        // The framework's own report, which publishers get, then says the same as /health.
        builder.Services.AddOptions<HealthCheckServiceOptions>().PostConfigure<IOptions<HealthOptions>>((checks, health) =>
        {
            foreach (var registration in checks.Registrations)
            {
                registration.Timeout = registration.Timeout == Timeout.InfiniteTimeSpan ? health.Value.Deadline : registration.Timeout;
                registration.FailureStatus = health.Value.Optional.Contains(registration.Name) ? HealthStatus.Degraded : registration.FailureStatus;
            }
        });
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", HealthAsync).WithName("GetHealth").WithSummary("Whether the service can do its work")
            .Produces<HealthSummary>().Produces<HealthSummary>(StatusCodes.Status503ServiceUnavailable).AsProbe();
        routes.MapGet("/alive", Alive).WithName("GetAlive").WithSummary("Whether the service gets on, not just listens")
            .Produces<HealthSummary>().Produces<HealthSummary>(StatusCodes.Status503ServiceUnavailable).AsProbe();
    }

    private static async Task<JsonHttpResult<HealthSummary>> HealthAsync(HealthProbe probe) => Answer(await probe.CheckAsync());

    private static JsonHttpResult<HealthSummary> Alive(Liveness liveness) =>
        Answer(HealthSummary.From(liveness.Stalled(), ReadOnlyDictionary<string, string>.Empty));

    private static JsonHttpResult<HealthSummary> Answer(HealthSummary summary) => TypedResults.Json(
        summary,
        HealthJson.Default.HealthSummary,
        statusCode: summary.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}

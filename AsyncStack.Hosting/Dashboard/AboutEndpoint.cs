using System.Reflection;
using System.Text.Json.Serialization;
using AsyncStack.Hosting.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>What the dashboard is of, where it takes telemetry, and how full it is.</summary>
internal static class AboutEndpoint
{
    private static readonly string Version =
        typeof(AboutEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static void MapAbout(this RouteGroupBuilder api) => api.MapGet("/about", About);

    private static IResult About(GraphIdentity graph, DashboardPorts ports, TelemetryStores stores)
    {
        var telemetry = stores.State();
        return Results.Json(
            new AboutView(
                graph.Name,
                Version,
                graph.StartedAt.ToUnixTimeMilliseconds(),
                new OtlpAddresses(ports.OtlpGrpcUrl, ports.OtlpHttpUrl),
                telemetry.Limits,
                telemetry.Kept,
                telemetry.Dropped,
                telemetry.Imported),
            AboutJson.Default.AboutView);
    }
}

/// <summary>Whose dashboard it is.</summary>
/// <param name="Name">Name of the AppHost.</param>
/// <param name="StartedAt">When the dashboard started.</param>
internal sealed record GraphIdentity(string Name, DateTimeOffset StartedAt);

internal sealed record AboutView(
    string Application,
    string Version,
    long StartedAt,
    OtlpAddresses Otlp,
    TelemetryBounds Limits,
    TelemetryAmounts Kept,
    TelemetryLosses Dropped,
    ImportedView? Imported);

/// <summary>Where telemetry is taken.</summary>
internal sealed record OtlpAddresses(string Grpc, string Http);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AboutView))]
internal sealed partial class AboutJson : JsonSerializerContext;

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
        var (limits, spans, logs, metrics) = (stores.Limits, stores.Live.Spans.Counts, stores.Live.Logs.Counts, stores.Live.Metrics.Counts);
        return Results.Json(
            new AboutView(
                graph.Name,
                Version,
                graph.StartedAt.ToUnixTimeMilliseconds(),
                new OtlpAddresses(ports.OtlpGrpcUrl, ports.OtlpHttpUrl),
                new AboutLimits(limits.Spans, limits.Logs, limits.MetricPoints, limits.Bytes, (long)limits.Age.TotalSeconds),
                new AboutKept(spans.Kept, logs.Kept, metrics.Kept, spans.Bytes + logs.Bytes + metrics.Bytes),
                new AboutDropped(spans.Dropped, logs.Dropped, metrics.Dropped),
                Imported: null),
            AboutJson.Default.AboutView);
    }
}

/// <summary>Whose dashboard it is.</summary>
/// <param name="Name">Name of the AppHost.</param>
/// <param name="StartedAt">When the dashboard started.</param>
internal sealed record GraphIdentity(string Name, DateTimeOffset StartedAt);

internal sealed record AboutView(
    string Application, string Version, long StartedAt, OtlpAddresses Otlp, AboutLimits Limits, AboutKept Kept, AboutDropped Dropped, ImportedView? Imported);

/// <summary>Where telemetry is taken.</summary>
internal sealed record OtlpAddresses(string Grpc, string Http);

/// <summary>What is kept at the most.</summary>
/// <param name="Spans">Spans.</param>
/// <param name="Logs">Log records.</param>
/// <param name="MetricPoints">Points of metrics.</param>
/// <param name="Bytes">Bytes of each of the three.</param>
/// <param name="AgeSeconds">Seconds that anything is kept.</param>
internal sealed record AboutLimits(int Spans, int Logs, int MetricPoints, long Bytes, long AgeSeconds);

/// <summary>What is kept.</summary>
internal sealed record AboutKept(long Spans, long Logs, long MetricPoints, long Bytes);

/// <summary>What went to keep the limits, or was refused.</summary>
internal sealed record AboutDropped(long Spans, long Logs, long MetricPoints);

/// <summary>The session that was imported.</summary>
internal sealed record ImportedView(string Name, long ExportedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AboutView))]
internal sealed partial class AboutJson : JsonSerializerContext;

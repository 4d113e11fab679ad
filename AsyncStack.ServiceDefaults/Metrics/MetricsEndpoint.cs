using AsyncStack.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.ServiceDefaults.Metrics;

internal static class MetricsEndpoint
{
    private const string OpenMetrics = "application/openmetrics-text";

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapGet("/metrics", ScrapeAsync)
        .WithName("GetMetrics").WithSummary("Prometheus metrics")
        .Produces<string>(StatusCodes.Status200OK, "text/plain", OpenMetrics).AsProbe();

    private static async Task<ContentHttpResult> ScrapeAsync(HttpRequest request, PrometheusExporter exporter)
    {
        var openMetrics = WantsOpenMetrics(request);
        var text = PrometheusText.Write(await exporter.ScrapeAsync(), openMetrics);
        return TypedResults.Text(text, openMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ClassicContentType);
    }

    /// <summary>Prometheus names all formats it takes and weighs them; whichever of our two weighs more wins, 0.0.4 on a draw.</summary>
    private static bool WantsOpenMetrics(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return Weight(accepted, OpenMetrics) > Weight(accepted, "text/plain");
    }

    private static double Weight(IList<MediaTypeHeaderValue> accepted, string mediaType) => accepted
        .Where(type => type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        .Select(type => type.Quality ?? 1)
        .DefaultIfEmpty(0)
        .Max();
}

using AsyncStack.Api.OpenApi;

namespace AsyncStack.Api.Stats;

/// <summary>How much waits, runs and was done.</summary>
internal static class StatsEndpoints
{
    public static void MapStats(this IEndpointRouteBuilder app)
    {
        // Instruments that are observed need nobody who uses them, but somebody who makes them.
        app.ServiceProvider.GetRequiredService<ServerGauges>();
        app.MapGet("/stats", GetAsync).WithTags("Stats").Describe("GetStats", "How much waits, runs and was done", o => o
            .Says("What could not be read is null and named under `missing`.")
            .Answers<StatsView>(200, "The counts, a few milliseconds old."));
    }

    private static async Task<IResult> GetAsync(StatsReader stats, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return Results.Json(await stats.ReadAsync(), StatsJson.Default.StatsView);
    }
}

namespace AsyncStack.Api.Stats;

/// <summary>How much waits, runs and was done.</summary>
internal static class StatsEndpoints
{
    public static void MapStats(this IEndpointRouteBuilder app) => app.MapGet("/stats", GetAsync).WithName("GetStats");

    private static async Task<IResult> GetAsync(StatsReader stats, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return Results.Json(await stats.ReadAsync(), StatsJson.Default.StatsView);
    }
}

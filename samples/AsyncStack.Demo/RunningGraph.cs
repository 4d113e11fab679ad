using System.Diagnostics;
using System.Text.Json;

namespace AsyncStack.Demo;

/// <summary>Finds a running graph through the file it keeps of itself.</summary>
internal static class RunningGraph
{
    private static readonly HashSet<string> GoodStates = new(StringComparer.OrdinalIgnoreCase) { "Healthy", "Running", "Finished" };

    /// <summary>Waits until every resource is healthy or has finished its work; returns the gateway's address.</summary>
    /// <exception cref="InvalidOperationException">The graph ended, or took longer than <paramref name="deadline"/>.</exception>
    public static async Task<Uri> WaitForGatewayAsync(string runFile, Process graph, TimeSpan deadline)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < deadline)
        {
            if (graph.HasExited)
            {
                throw new InvalidOperationException("The graph ended before it was healthy.");
            }

            if (File.Exists(runFile) && Gateway(await File.ReadAllTextAsync(runFile)) is { } gateway)
            {
                return gateway;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        throw new InvalidOperationException($"The graph was not healthy within {deadline.TotalSeconds} s: {await File.ReadAllTextAsync(runFile)}");
    }

    private static Uri? Gateway(string json)
    {
        using var document = JsonDocument.Parse(json);
        var resources = document.RootElement.GetProperty("resources").EnumerateArray().ToArray();
        var gateway = resources.FirstOrDefault(r => r.GetProperty("name").GetString() == "gateway");
        return gateway.ValueKind == JsonValueKind.Object
            && resources.All(r => GoodStates.Contains(r.GetProperty("state").GetString() ?? ""))
            && IsHealthy(gateway)
                ? new Uri(gateway.GetProperty("endpoints").GetProperty("http").GetString()!)
                : null;
    }

    private static bool IsHealthy(JsonElement resource) => resource.GetProperty("state").GetString() == "Healthy";
}

using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Bench.Graph;

namespace AsyncStack.Bench.Workflows;

/// <summary>Celery's chains and groups on the graph's own RabbitMQ and Redis: two worker processes, as many as there are cores.</summary>
internal static class CeleryChains
{
    private const string Python = "/usr/bin/python3";

    public static async Task<ChainFigures> MeasureAsync(ServerAddresses servers, string folder, bool quick, CancellationToken cancellationToken)
    {
        var worker = Start(servers, folder, "-m", "celery", "--quiet", "-A", "chains", "worker", "--concurrency", "2", "-Q", "chains",
            "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING");
        try
        {
            using var driver = Start(servers, folder, "chains.py", quick ? "quick" : "full");
            var output = await driver.StandardOutput.ReadToEndAsync(cancellationToken);
            await driver.WaitForExitAsync(cancellationToken);
            return driver.ExitCode == 0
                ? JsonSerializer.Deserialize<ChainFigures>(output, JsonSerializerOptions.Web)!
                : throw new InvalidOperationException($"chains.py ended with code {driver.ExitCode}.");
        }
        finally
        {
            _ = Posix.Kill(worker.Id, Posix.Terminate);
            if (!worker.WaitForExit(TimeSpan.FromSeconds(8)))
                worker.Kill(entireProcessTree: true);
            worker.Dispose();
        }
    }

    private static Process Start(ServerAddresses servers, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PEER_POSTGRES"] = servers.Postgres, ["PEER_BROKER"] = servers.RabbitMq, ["PEER_RESULTS"] = servers.RedisUrl(database: 9),
            ["PYTHONDONTWRITEBYTECODE"] = "1", ["PYTHONWARNINGS"] = "ignore",
        })
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{Python} did not start.");
    }
}

/// <summary>Seconds of each round, and steps a second of many chains at once.</summary>
internal sealed record ChainFigures(
    IReadOnlyList<double> Sequence, IReadOnlyList<double> Parallel, [property: System.Text.Json.Serialization.JsonPropertyName("fan_out")] IReadOnlyList<double> FanOut, double Chains);

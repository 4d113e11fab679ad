using System.Text;
using System.Text.Json;

namespace AsyncStack.Bench.Datasets.Graph;

/// <summary>A graph that was started elsewhere.</summary>
/// <param name="Api">The Api's own address.</param>
/// <param name="Gateway">The address callers use.</param>
/// <param name="Workers">The processes of the workers.</param>
/// <param name="ApiProcess">The Api's process.</param>
/// <param name="Storage">The storage connection string, by its parts' names in small letters.</param>
/// <param name="TempPath">Where the workers' temporary files go; null unless the graph was told.</param>
internal sealed record RunningGraph(
    Uri Api, Uri Gateway, IReadOnlyList<int> Workers, int ApiProcess, IReadOnlyDictionary<string, string> Storage, string? TempPath)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Ready = ["Healthy", "Finished", "NotStarted"];

    /// <summary>The worker that is measured; a graph that is has one.</summary>
    public int Worker => Workers[0];

    /// <summary>Waits until every resource in <c>run.json</c> is as far as it will come by itself.</summary>
    /// <exception cref="InvalidOperationException">A resource has failed.</exception>
    /// <exception cref="TimeoutException">The graph is not healthy when <paramref name="patience"/> is over.</exception>
    public static async Task<RunningGraph> WaitAsync(string runFile, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var content = Read(runFile);
            if (content?.Resources.FirstOrDefault(x => x.State == "Failed") is { } failed)
                throw new InvalidOperationException($"'{failed.Name}' has failed: {failed.Reason}");
            if (content is { Resources.Count: > 0 } && content.Resources.All(x => Ready.Contains(x.State)))
                return From(content);
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new TimeoutException($"The graph is not healthy after {patience.TotalSeconds:0} s.");
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static RunningGraph From(Content content)
    {
        var (api, worker, gateway) = (content.Find("api"), content.Find("worker"), content.Find("gateway"));
        return new RunningGraph(
            new Uri(api.Endpoints["http"]),
            new Uri(gateway.Endpoints["http"]),
            worker.ProcessIds,
            api.ProcessIds[0],
            Parts(Variable(worker.ProcessIds[0], "ConnectionStrings__storage")!),
            Variable(worker.ProcessIds[0], "Datasets__TempPath"));
    }

    private static Dictionary<string, string> Parts(string connection) =>
        connection.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(x => x.Split('=', 2))
            .ToDictionary(x => x[0].ToLowerInvariant(), x => x[1], StringComparer.Ordinal);

    // What the services were told is in no file of the graph's, but whoever may measure its processes may read their environment.
    private static string? Variable(int processId, string name) =>
        Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{processId}/environ")).Split('\0')
            .FirstOrDefault(x => x.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private static Content? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Content>(File.ReadAllBytes(file), JsonSerializerOptions.Web);
        }
        catch (IOException)
        {
            // The AppHost has not come as far as writing it.
            return null;
        }
    }

    private sealed record Content(IReadOnlyList<Resource> Resources)
    {
        public Resource Find(string name) => Resources.FirstOrDefault(x => x.Name == name)
            ?? throw new InvalidOperationException($"The graph has no resource '{name}'; it has: {string.Join(", ", Resources.Select(x => x.Name))}.");
    }

    private sealed record Resource(
        string Name, string State, string? Reason, IReadOnlyDictionary<string, string> Endpoints, IReadOnlyList<Replica> Replicas)
    {
        public int[] ProcessIds => [.. Replicas.Where(x => x is { Pid: not null, State: "Running" }).Select(x => x.Pid!.Value)];
    }

    private sealed record Replica(int? Pid, string State);
}

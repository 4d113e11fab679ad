using System.Text.Json;

namespace AsyncStack.Bench.Graph;

/// <summary>Finds a running graph by the <c>run.json</c> that its AppHost keeps.</summary>
internal static class RunFile
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Ready = ["Healthy", "Finished", "NotStarted"];

    /// <summary>Waits until every resource is as far as it will come by itself.</summary>
    /// <exception cref="InvalidOperationException">A resource has failed.</exception>
    /// <exception cref="TimeoutException">The graph is not healthy when <paramref name="patience"/> is over.</exception>
    public static async Task<RunningGraph> WaitAsync(FileInfo file, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var content = Read(file); ; content = Read(file))
        {
            if (content?.Resources.FirstOrDefault(x => x.State == "Failed") is { } failed)
                throw new InvalidOperationException($"'{failed.Name}' has failed: {failed.Reason}");
            if (content is { Resources.Count: > 0 } && content.Resources.All(x => Ready.Contains(x.State)))
                return GraphOf(content);
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new TimeoutException($"The graph is not healthy after {patience.TotalSeconds:0} s: {Describe(content)}.");
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private static Content? Read(FileInfo file)
    {
        try
        {
            return JsonSerializer.Deserialize<Content>(File.ReadAllBytes(file.FullName), JsonSerializerOptions.Web);
        }
        catch (IOException)
        {
            // The AppHost has not come as far as writing it.
            return null;
        }
    }

    private static RunningGraph GraphOf(Content content)
    {
        var api = content.Find("api");
        var told = ProcessEnvironment.Of(api.ProcessId());
        var servers = new ServerAddresses(
            told["ConnectionStrings__asyncstack"], told["ConnectionStrings__messaging"], told["ConnectionStrings__cache"]);
        var services = content.Resources.Where(x => x.Type == "Project").SelectMany(x => x.Running());
        return new RunningGraph(
            servers,
            new Uri(api.Endpoints["http"]),
            new Uri(api.Endpoints["grpc"]),
            SigningSecret(ProcessEnvironment.Of(content.Find("notifier").ProcessId())),
            [new ServiceProcess("apphost", content.Pid), .. services]);
    }

    private static string SigningSecret(IReadOnlyDictionary<string, string> told) =>
        told.TryGetValue("Notifier__SigningSecret", out var secret) ? secret : told["Notifier__SigningSecrets__0"];

    private static string Describe(Content? content) =>
        content is null ? "it has no run.json" : string.Join(", ", content.Resources.Select(x => $"{x.Name} {x.State}"));

    private sealed record Content(int Pid, IReadOnlyList<Resource> Resources)
    {
        public Resource Find(string name) => Resources.FirstOrDefault(x => x.Name == name)
            ?? throw new InvalidOperationException($"The graph has no resource '{name}'; it has: {string.Join(", ", Resources.Select(x => x.Name))}.");
    }

    private sealed record Resource(
        string Name, string Type, string State, string? Reason, IReadOnlyDictionary<string, string> Endpoints, IReadOnlyList<Replica> Replicas)
    {
        public int ProcessId() => Running().First().Id;

        public IEnumerable<ServiceProcess> Running() => Replicas
            .Where(x => x is { Pid: not null, State: "Running" })
            .Select(x => new ServiceProcess(Replicas.Count > 1 ? $"{Name}-{x.Index}" : Name, x.Pid!.Value));
    }

    private sealed record Replica(int Index, int? Pid, string State);
}

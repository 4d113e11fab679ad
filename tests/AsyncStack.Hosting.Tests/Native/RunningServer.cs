using System.Collections.Concurrent;
using System.Diagnostics;
using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;

namespace AsyncStack.Hosting.Tests.Native;

/// <summary>A server started as the orchestrator would start it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string User = "graph";
    public const string Password = "it's a \"secret\"";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private RunningServer(IServerRuntime runtime, ResourceStart start, IRunningResource resource)
    {
        Runtime = runtime;
        Start = start;
        Resource = resource;
    }

    public IServerRuntime Runtime { get; }

    public ResourceStart Start { get; }

    public IRunningResource Resource { get; }

    public int Port => Start.Ports.Values.First();

    /// <summary>What the orchestrator would hand to a runtime: one free port named tcp, no mounts.</summary>
    public static ResourceStart Describe(string image, string folder, ConcurrentQueue<string>? log = null) =>
        new(
            image,
            folder,
            new Dictionary<string, int> { ["tcp"] = FreePort.Take(1)[0] },
            new Dictionary<string, string>(),
            [],
            User,
            Password,
            new ContainerSpec(image, "latest", null, [], TargetPorts(image), HostNetwork: false, Persistent: false),
            (line, _) => log?.Enqueue(line));

    /// <summary>Starts the server and waits until it says that it is ready.</summary>
    public static async Task<RunningServer> StartAsync(IServerRuntime runtime, ResourceStart start, CancellationToken cancellationToken)
    {
        var log = new ConcurrentQueue<string>();
        var logged = start with { Log = (line, error) => { log.Enqueue(line); start.Log(line, error); } };
        var server = new RunningServer(runtime, start, await runtime.StartAsync(logged, cancellationToken));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Waiting.AtMost);
        while (await runtime.ProbeAsync(start, limit.Token) is { } reason)
        {
            Assert.False(server.Resource.Exited.IsCompleted, $"{start.Name} has ended: {reason}\n{string.Join('\n', log)}");
            await Task.Delay(Interval, limit.Token);
        }

        return server;
    }

    /// <summary>Ends the server as a crash would.</summary>
    public async Task CrashAsync()
    {
        Process.GetProcessById(Resource.ProcessId!.Value).Kill();
        await Resource.Exited;
    }

    public ValueTask DisposeAsync() => Resource.DisposeAsync();

    private static Dictionary<string, int> TargetPorts(string image) => image switch
    {
        "postgres" => new() { ["tcp"] = 5432 },
        "redis" => new() { ["tcp"] = 6379 },
        "rabbitmq" => new() { ["tcp"] = 5672 },
        "minio" => new() { ["tcp"] = 9000 },
        _ => [],
    };
}

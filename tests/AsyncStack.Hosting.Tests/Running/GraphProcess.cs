using System.Diagnostics;
using System.Text.Json;

namespace AsyncStack.Hosting.Tests.Running;

/// <summary>This test program in the role of an AppHost with a graph of its own.</summary>
internal sealed class GraphProcess : IDisposable
{
    public const string Verb = "as-graph";
    private readonly Process _process;

    private GraphProcess(Process process) => _process = process;

    public int ProcessId => _process.Id;

    public static GraphProcess Start(string home, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [typeof(GraphProcess).Assembly.Location, Verb, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASYNCSTACK_HOME"] = home },
        };
        return new GraphProcess(Process.Start(info)!);
    }

    /// <summary>The role itself.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = DistributedApplication.CreateBuilder(arguments);
        if (builder.Configuration["script"] is { } script)
        {
            var service = builder.AddScript("service", script);
            builder.AddScript("client", Scripts.Idle).WaitForCompletion(service);
        }
        else
        {
            builder.AddParameter("ready-at-once", "value");
            var cache = builder.AddRedis("cache");
            builder.AddScript("service", Scripts.Idle).WithReference(cache).WaitFor(cache);
        }

        await builder.Build().RunAsync();
        return Environment.ExitCode;
    }

    /// <summary>Reads the graph's lines until one that starts so, which it returns; fails with all of them when the graph ends before.</summary>
    public async Task<string> ReadUntilAsync(string beginning, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            seen.Add(line);
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"The graph ended before '{beginning}':\n{string.Join('\n', seen)}\n{await _process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    public void Kill() => _process.Kill();

    /// <summary>Sends SIGTERM and returns the exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", ProcessId.ToString()]);
        await kill.WaitForExitAsync(cancellationToken);
        return await EndAsync(cancellationToken);
    }

    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public Task<string> ErrorsAsync(CancellationToken cancellationToken) => _process.StandardError.ReadToEndAsync(cancellationToken);

    /// <summary>run.json of a home: process ids of all replicas, and the port of the cache.</summary>
    public static (IReadOnlyList<int> Processes, string Cache) ReadRun(string home)
    {
        using var run = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(home, "run.json")));
        var resources = run.RootElement.GetProperty("resources").EnumerateArray().ToList();
        var processes = resources.SelectMany(r => r.GetProperty("replicas").EnumerateArray())
            .Select(r => r.GetProperty("pid")).Where(pid => pid.ValueKind == JsonValueKind.Number).Select(pid => pid.GetInt32());
        var cache = resources.Single(r => r.GetProperty("name").GetString() == "cache").GetProperty("endpoints").GetProperty("tcp").GetString()!;
        return ([.. processes], cache);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

using System.Globalization;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>A server's program and what it is started with.</summary>
internal sealed record ServerCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Environment beyond home, account, locale and time zone.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Name of the signal, without SIG, that asks it to stop.</summary>
    public string StopSignal { get; init; } = "TERM";
}

/// <summary>Starts native servers: a clean environment, an unprivileged account, one server a folder.</summary>
internal static class NativeServer
{
    private const string PidFile = "guarded.pid";
    private static readonly TimeSpan PreviousRunLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts the server as soon as the one before it over the same folder has gone.</summary>
    public static async Task<IRunningResource> StartAsync(
        ResourceStart start, ServerCommand command, string folder, Account? account, CancellationToken cancellationToken)
    {
        await PreviousRunEndedAsync(folder, cancellationToken);
        var running = await ProcessSupervisor.StartAsync(
            new ProcessSpec
            {
                Name = start.Name,
                FileName = command.Program,
                Arguments = command.Arguments,
                Environment = Environment(folder, account, [.. command.Environment, .. start.Environment]),
                InheritsEnvironment = false,
                WorkingDirectory = folder,
                Account = account,
                StopSignal = command.StopSignal,
                Log = start.Log,
            },
            cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, PidFile), $"{running.ProcessId} {ProcessIdentity.StartTime(running.ProcessId ?? 0)}", cancellationToken);
        return running;
    }

    /// <summary>
    /// Waits for the server of an AppHost that was killed: its guardian gives it a few seconds to stop, and two servers
    /// must never share a data folder.
    /// </summary>
    /// <exception cref="InvalidOperationException">It still runs after 15 s.</exception>
    public static async Task PreviousRunEndedAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, PidFile);
        if (!File.Exists(file))
        {
            return;
        }

        var recorded = await File.ReadAllTextAsync(file, cancellationToken);
        if (recorded.Split(' ') is not [var pid, var startTime]
            || !int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
        {
            return;
        }

        for (var waited = TimeSpan.Zero; ProcessIdentity.StartTime(processId) == startTime; waited += PollInterval)
        {
            if (waited > PreviousRunLimit)
            {
                throw new InvalidOperationException(
                    $"Process {processId} still uses {folder}. Stop the graph that runs there, or end that process.");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    private static Dictionary<string, string> Environment(
        string home, Account? account, IEnumerable<KeyValuePair<string, string>> given)
    {
        var name = account?.Name ?? System.Environment.UserName;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = home,
            ["USER"] = name,
            ["LOGNAME"] = name,
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };
        foreach (var (key, value) in given)
        {
            environment[key] = value;
        }

        return environment;
    }
}

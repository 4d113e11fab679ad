using System.Diagnostics;

namespace AsyncStack.Graph.Tests;

/// <summary>What the tests need beyond the names that both sides share, on the official packages.</summary>
internal static class Chaos
{
    private const string ProcessId = "executable.pid";

    /// <summary>Ends a resource's process with SIGKILL, as a crash would, and starts it again: the official host leaves a crashed resource down.</summary>
    public static async Task KillAsync(DistributedApplication app, string resource)
    {
        using var deadline = new CancellationTokenSource(Waiting.AtMost);
        var running = await app.ResourceNotifications.WaitForResourceAsync(resource, e => Pid(e) is not null, deadline.Token);
        using var process = Process.GetProcessById(Pid(running)!.Value);
        process.Kill();
        await app.ResourceNotifications.WaitForResourceAsync(
            resource, e => KnownResourceStates.TerminalStates.Contains(e.Snapshot.State?.Text), deadline.Token);
        await app.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, deadline.Token);
    }

    /// <summary>The official host keeps its own logs.</summary>
    public static Task WriteLogsAsync(DistributedApplication app) => Task.CompletedTask;

    private static int? Pid(ResourceEvent change) =>
        change.Snapshot.Properties.FirstOrDefault(p => p.Name == ProcessId)?.Value is int pid ? pid : null;
}

using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Graph.Tests;

/// <summary>What only this side's test host can do to a graph.</summary>
internal static class Chaos
{
    /// <summary>Ends every process of a resource with SIGKILL, as a crash would, and waits until the graph has seen it; it is started again.</summary>
    public static async Task KillAsync(DistributedApplication app, string resource)
    {
        using var deadline = new CancellationTokenSource(Waiting.AtMost);
        var seen = app.ResourceNotifications.WaitForResourceAsync(
            resource, e => e.Snapshot.Replicas.Any(r => r.ExitCode is not null), deadline.Token);
        await app.KillResourceAsync(resource);
        await seen;
    }

    /// <summary>Keeps what every resource wrote in the folder that <c>ASYNCSTACK_TEST_LOGS</c> names, for looking into a failure.</summary>
    public static async Task WriteLogsAsync(DistributedApplication app)
    {
        if (Environment.GetEnvironmentVariable("ASYNCSTACK_TEST_LOGS") is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        foreach (var resource in app.Services.GetRequiredService<DistributedApplicationModel>().Resources)
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, resource.Name + ".log"), app.GetLogs(resource.Name).Select(l => l.ToString()!));
        }
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Graph.Tests;

/// <summary>What only this side's test host can do to a graph.</summary>
internal static class Chaos
{
    /// <summary>Ends every process of a resource with SIGKILL, as a crash would, and waits until the graph has seen it; it is started again.</summary>
    public static async Task KillAsync(DistributedApplication app, string resource)
    {
        using var deadline = new CancellationTokenSource(Waiting.AtMost);
        Assert.True(app.ResourceNotifications.TryGetCurrentState(resource, out var before));
        await app.KillResourceAsync(resource);
        await app.ResourceNotifications.WaitForResourceAsync(resource, e => Restarts(e) > Restarts(before), deadline.Token);
    }

    // An exit code would also tell of an earlier kill.
    private static int Restarts(ResourceEvent change) => change.Snapshot.Replicas.Sum(r => r.Restarts);

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

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Terminal;

/// <summary>A line for every change of state, for logs and pipes.</summary>
internal static class PlainStatus
{
    public static Task RunAsync(int resources, ResourceNotificationService notifications, RunningDashboard dashboard, CancellationToken shown)
        => Task.WhenAll(ShowLinksAsync(dashboard, shown), ShowStatesAsync(resources, notifications, shown));

    private static async Task ShowLinksAsync(RunningDashboard dashboard, CancellationToken shown)
    {
        foreach (var notice in dashboard.Notices)
            Console.WriteLine(notice);
        try
        {
            await foreach (var link in dashboard.LinksAsync(shown))
                Console.WriteLine($"Dashboard: {link}");
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private static async Task ShowStatesAsync(int resources, ResourceNotificationService notifications, CancellationToken shown)
    {
        var latest = new Dictionary<string, ResourceEvent>(StringComparer.Ordinal);
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        var announced = false;
        try
        {
            await foreach (var change in notifications.WatchAsync(shown))
            {
                latest[change.ResourceId] = change;
                var state = change.Snapshot.Display() + (change.Snapshot.Reason is { } reason ? $": {reason}" : "");
                if (states.TryGetValue(change.ResourceId, out var before) && before == state)
                    continue;
                states[change.ResourceId] = state;
                Console.WriteLine($"{change.ResourceId} | {state}");
                if (announced || latest.Count < resources || !latest.Values.All(r => r.Snapshot.IsReady()))
                    continue;
                announced = true;
                Announce(latest.Values);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private static void Announce(IEnumerable<ResourceEvent> resources)
    {
        Console.WriteLine("The graph is up:");
        foreach (var (resource, url) in Addresses.Of(resources))
            Console.WriteLine($"  {resource}  {url}");
    }
}

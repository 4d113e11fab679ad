using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.State;

namespace AsyncStack.Hosting.Running;

/// <summary>Keeps <c>run.json</c>, by which other tools find the running graph; it is gone once the graph has stopped cleanly.</summary>
internal sealed class RunFile : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    // Many resources change within a moment of starting; one write tells them all.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly DateTimeOffset _startedAt;
    private readonly RunningDashboard _dashboard;
    private readonly ConcurrentDictionary<string, ResourceEvent> _latest = new(StringComparer.Ordinal);
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private RunFile(string home, ResourceNotificationService notifications, RunningDashboard dashboard, TimeProvider time)
    {
        _path = Path.Combine(home, "run.json");
        _startedAt = time.GetUtcNow();
        _dashboard = dashboard;
        _running = Task.WhenAll(FollowResourcesAsync(notifications), FollowDashboardAsync(), WriteAsync(time));
    }

    public static RunFile Start(string home, ResourceNotificationService notifications, RunningDashboard dashboard, TimeProvider time)
        => new(home, notifications, dashboard, time);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // The graph stops.
        }

        _stopping.Dispose();
        File.Delete(_path);
    }

    private async Task FollowResourcesAsync(ResourceNotificationService notifications)
    {
        await foreach (var change in notifications.WatchAsync(_stopping.Token))
        {
            _latest[change.ResourceId] = change;
            _changed.Writer.TryWrite(true);
        }
    }

    private async Task FollowDashboardAsync()
    {
        await foreach (var _ in _dashboard.LinksAsync(_stopping.Token))
            _changed.Writer.TryWrite(true);
    }

    private async Task WriteAsync(TimeProvider time)
    {
        await foreach (var _ in _changed.Reader.ReadAllAsync(_stopping.Token))
        {
            await Task.Delay(Gather, time, _stopping.Token);
            PrivateFile.Replace(_path, Content(_latest.Values.OrderBy(r => r.ResourceId, StringComparer.Ordinal)), Json);
        }
    }

    private object Content(IEnumerable<ResourceEvent> resources) => new
    {
        Pid = Environment.ProcessId,
        StartedAt = _startedAt,
        Dashboard = _dashboard.Entry(),
        Resources = resources.Select(r => new
        {
            r.Resource.Name,
            Type = r.Snapshot.ResourceType,
            State = r.Snapshot.Display(),
            r.Snapshot.Reason,
            Endpoints = r.Snapshot.Urls,
            Replicas = r.Snapshot.Replicas.Select(replica => new
            {
                replica.Index,
                Pid = replica.ProcessId,
                replica.State,
                Health = replica.HealthStatus?.ToString(),
                replica.StartedAt,
                replica.Restarts,
                Endpoints = ReplicaEndpoints(r.Resource, replica.Index),
            }),
        }),
    };

    private static Dictionary<string, string> ReplicaEndpoints(IResource resource, int replica)
        => resource.GetAnnotations<EndpointAnnotation>().ToDictionary(
            e => e.Name, e => $"{e.UriScheme}://{EndpointAllocation.Address}:{ResourceValues.ReachablePort(e, replica)}", StringComparer.Ordinal);
}

using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
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
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _writing;

    private RunFile(string home, ResourceNotificationService notifications, TimeProvider time)
    {
        _path = Path.Combine(home, "run.json");
        _startedAt = time.GetUtcNow();
        _writing = WriteAsync(notifications, time);
    }

    public static RunFile Start(string home, ResourceNotificationService notifications, TimeProvider time) => new(home, notifications, time);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _writing;
        _stopping.Dispose();
        File.Delete(_path);
    }

    private async Task WriteAsync(ResourceNotificationService notifications, TimeProvider time)
    {
        var latest = new SortedDictionary<string, ResourceEvent>(StringComparer.Ordinal);
        Task? due = null;
        try
        {
            await using var changes = notifications.WatchAsync(_stopping.Token).GetAsyncEnumerator();
            var next = changes.MoveNextAsync().AsTask();
            while (true)
            {
                if (due is not null && await Task.WhenAny(next, due) == due)
                {
                    PrivateFile.Replace(_path, Content(latest.Values), Json);
                    due = null;
                }

                if (!await next)
                    return;
                latest[changes.Current.ResourceId] = changes.Current;
                due ??= Task.Delay(Gather, time, _stopping.Token);
                next = changes.MoveNextAsync().AsTask();
            }
        }
        catch (OperationCanceledException)
        {
            // The graph stops.
        }
    }

    private object Content(IEnumerable<ResourceEvent> resources) => new
    {
        Pid = Environment.ProcessId,
        StartedAt = _startedAt,
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

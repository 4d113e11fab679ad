using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>One resource of the running graph: waits for what it waits for, then runs its replicas.</summary>
internal sealed class ResourceRunner : IAsyncDisposable
{
    private readonly IResource _resource;
    private readonly ResourceNotificationService _notifications;
    private readonly ReplicaRunner[] _replicas;
    private readonly IReadOnlyDictionary<string, string> _urls;
    private readonly SemaphoreSlim _commands = new(1, 1);
    private readonly Lock _publishing = new();
    private CancellationTokenSource _stopping = new();
    private Task _run = Task.CompletedTask;

    public ResourceRunner(IResource resource, ReplicaSettings settings, ResourceNotificationService notifications)
    {
        _resource = resource;
        _notifications = notifications;
        _urls = resource.GetAnnotations<EndpointAnnotation>().ToDictionary(e => e.Name, e => e.AllocatedEndpoint!.UriString, StringComparer.Ordinal);
        _replicas = [.. Enumerable.Range(0, resource.GetReplicaCount()).Select(i => new ReplicaRunner(i, settings, Publish))];
        notifications.Register(resource);
        Publish();
    }

    public IResource Resource => _resource;

    /// <summary>Starts it in the background, unless it runs already.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(cancellationToken);
        try
        {
            if (!_run.IsCompleted)
                return;
            _stopping.Dispose();
            _stopping = new CancellationTokenSource();
            _run = RunAsync(_stopping.Token);
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Stops it; it stays stopped until it is started.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(cancellationToken);
        try
        {
            // First no more restarts, then the processes: the other way round a restart could slip in between.
            await _stopping.CancelAsync();
            await _run;
            await Task.WhenAll(_replicas.Where(IsUp).Select(r => r.StopAsync(grace, cancellationToken)));
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Kills one replica or all, as a crash would.</summary>
    public Task KillAsync(int? replica, CancellationToken cancellationToken)
        => replica is { } index
            ? _replicas[index].KillAsync(cancellationToken)
            : Task.WhenAll(_replicas.Select(r => r.KillAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        _stopping.Dispose();
        _commands.Dispose();
    }

    private static bool IsUp(ReplicaRunner replica)
        => !KnownResourceStates.TerminalStates.Contains(replica.Snapshot.State) && replica.Snapshot.State != KnownResourceStates.NotStarted;

    private async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await WaitForOthersAsync(stop);
            await Task.WhenAll(_replicas.Select(r => r.RunAsync(stop)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while it waited.
        }
        catch (DistributedApplicationException exception)
        {
            foreach (var replica in _replicas)
                replica.Set(KnownResourceStates.FailedToStart, exception.Message);
        }
    }

    private async Task WaitForOthersAsync(CancellationToken stop)
    {
        var waits = DependencyGraph.WaitsOf(_resource);
        if (waits.Count == 0)
            return;
        foreach (var replica in _replicas)
            replica.Set(KnownResourceStates.Waiting);
        await Task.WhenAll(waits.Select(wait => WaitForAsync(wait, stop)));
    }

    private async Task WaitForAsync(WaitAnnotation wait, CancellationToken stop)
    {
        var reached = await _notifications.WaitForResourceAsync(wait.Resource.Name, e => WaitDecision.IsOver(wait, e.Snapshot), stop);
        if (WaitDecision.Problem(wait, reached.Snapshot) is { } problem)
            throw new DistributedApplicationException($"'{wait.Resource.Name}', which it waits for, {problem}");
    }

    private void Publish()
    {
        // Replicas change at once; what is published last must be the newest.
        lock (_publishing)
            _notifications.Publish(_resource, SnapshotReading.Combine(TypeOf(_resource), _urls, [.. _replicas.Select(r => r.Snapshot)]));
    }

    private static string TypeOf(IResource resource) => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        ContainerResource when resource.GetType() == typeof(ContainerResource) => "Container",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };
}

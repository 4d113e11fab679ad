using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>The states of all resources: now, and as they change.</summary>
public sealed class ResourceNotificationService
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ChannelWriter<ResourceEvent>> _watchers = [];
    private readonly ConcurrentDictionary<string, IResource> _resources = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waits for a state; <see cref="KnownResourceStates.Running"/> unless stated.</summary>
    /// <exception cref="DistributedApplicationException">There is no such resource.</exception>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default)
        => WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits for one of several states and tells which it was.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var wanted = targetStates.ToList();
        var reached = await WaitForResourceAsync(
            resourceName, e => wanted.Contains(e.Snapshot.State?.Text ?? "", StringComparer.OrdinalIgnoreCase), cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until the resource is as asked.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        if (!_resources.ContainsKey(resourceName))
            throw new DistributedApplicationException($"The graph has no resource '{resourceName}', or is not started; it has: {string.Join(", ", _resources.Keys.Order())}.");
        await foreach (var change in WatchAsync(cancellationToken))
            if (string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(change))
                return change;
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Waits until the resource runs and is healthy.</summary>
    /// <exception cref="DistributedApplicationException">It failed instead; the message says why.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var reached = await WaitForResourceAsync(resourceName, e => e.Snapshot.IsHealthy() || e.Snapshot.HasFailed() || e.Snapshot.Is(KnownResourceStates.Finished), cancellationToken);
        return reached.Snapshot.IsHealthy()
            ? reached
            : throw new DistributedApplicationException($"Resource '{resourceName}' cannot become healthy, it is {reached.Snapshot.Display()}: {reached.Snapshot.Reason ?? "it ended"}");
    }

    /// <summary>The state of every resource now, then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            foreach (var state in _current.Values)
                channel.Writer.TryWrite(state);
            _watchers.Add(channel.Writer);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel.Writer);
        }
    }

    /// <summary>The state of a resource now.</summary>
    public bool TryGetCurrentState(string resourceName, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _current.TryGetValue(resourceName, out resourceEvent);
    }

    internal void Register(IResource resource) => _resources[resource.Name] = resource;

    /// <summary>Tells those who watch that something about the resource changed beside its state.</summary>
    internal void Republish(IResource resource)
    {
        if (TryGetCurrentState(resource.Name, out var state))
            Publish(resource, state.Snapshot);
    }

    internal void Publish(IResource resource, CustomResourceSnapshot snapshot)
    {
        var change = new ResourceEvent(resource, resource.Name, snapshot);
        lock (_gate)
        {
            _current[resource.Name] = change;
            foreach (var watcher in _watchers)
                watcher.TryWrite(change);
        }
    }
}

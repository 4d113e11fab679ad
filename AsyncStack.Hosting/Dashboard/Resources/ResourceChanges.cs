using System.Collections.Concurrent;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Telemetry.Live;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>Tells a browser how the resources are, as they change, and what they use.</summary>
internal sealed class ResourceChanges(ResourceViews resources, ResourceNotificationService notifications, UsageSampler usage, TimeProvider time)
{
    // Many resources change within a moment of starting; one event tells them all.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    public async Task ServeAsync(EventStream stream)
    {
        var present = resources.States();
        await stream.SendAsync("resources", new ResourceList([.. present.Select(resources.Of)]), ResourceJson.Default.ResourceList);

        // To watch is to be told of the present first, which the event has done.
        var news = new News(present.ToHashSet());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stream.Ended);
        var watching = Task.WhenAll(WatchResourcesAsync(news, ending.Token), WatchUsageAsync(news, ending.Token));
        try
        {
            await TellAsync(stream, news);
        }
        finally
        {
            await ending.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellAsync(EventStream stream, News news)
    {
        while (true)
        {
            var next = news.Pulse.Next;
            var changed = news.TakeChanges();
            if (changed.Count > 0)
                await stream.SendAsync("resources", new ResourceList([.. changed.Select(resources.Of)]), ResourceJson.Default.ResourceList);
            if (news.TakeUsage() is { } used)
                await stream.SendAsync("usage", new UsageList(used), ResourceJson.Default.UsageList);
            await stream.WaitAsync(next, Gather);
        }
    }

    private async Task WatchResourcesAsync(News news, CancellationToken ended)
    {
        await foreach (var change in notifications.WatchAsync(ended))
            news.Add(change);
    }

    private async Task WatchUsageAsync(News news, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(UsageSampler.Interval, time);
        usage.Sample();
        while (await timer.WaitForNextTickAsync(ended))
            news.Set(usage.Sample());
    }

    /// <summary>What one browser has not been told yet: of each resource the latest.</summary>
    private sealed class News(HashSet<ResourceEvent> told)
    {
        private readonly ConcurrentDictionary<string, ResourceEvent> _changes = new(StringComparer.Ordinal);
        private IReadOnlyList<UsageView>? _usage;

        public Pulse Pulse { get; } = new();

        public void Add(ResourceEvent change)
        {
            if (told.Remove(change))
                return;
            _changes[change.ResourceId] = change;
            Pulse.Beat();
        }

        public void Set(IReadOnlyList<UsageView> usage)
        {
            Volatile.Write(ref _usage, usage);
            Pulse.Beat();
        }

        public List<ResourceEvent> TakeChanges()
        {
            var changes = new List<ResourceEvent>();
            foreach (var name in _changes.Keys)
                if (_changes.TryRemove(name, out var change))
                    changes.Add(change);
            return changes;
        }

        public IReadOnlyList<UsageView>? TakeUsage() => Interlocked.Exchange(ref _usage, null);
    }
}

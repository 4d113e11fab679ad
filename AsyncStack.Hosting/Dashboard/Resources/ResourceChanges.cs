using System.Threading.Channels;
using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>Tells a browser how the resources are, as they change, and what they use.</summary>
internal sealed class ResourceChanges(ResourceViews resources, ResourceNotificationService notifications, UsageSampler usage, TimeProvider time)
{
    // Many resources change within a moment of starting; one event tells them all.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    public Task SendAsync(EventStream stream) => Task.WhenAll(SendResourcesAsync(stream), SendUsageAsync(stream));

    private async Task SendResourcesAsync(EventStream stream)
    {
        var changes = Channel.CreateUnbounded<ResourceEvent>();
        var present = resources.States();
        var told = present.ToHashSet();
        await stream.SendAsync("resources", new { Resources = present.Select(resources.Of) });
        await Task.WhenAll(CollectAsync(), SendAsync());

        async Task CollectAsync()
        {
            await foreach (var change in notifications.WatchAsync(stream.Ended))
                changes.Writer.TryWrite(change);
        }

        async Task SendAsync()
        {
            while (await changes.Reader.WaitToReadAsync(stream.Ended))
            {
                await Task.Delay(Gather, time, stream.Ended);
                var latest = new Dictionary<string, ResourceEvent>(StringComparer.Ordinal);
                while (changes.Reader.TryRead(out var change))
                    latest[change.ResourceId] = change;

                // To watch is to be told of the present first, which the first event has done.
                var news = latest.Values.Where(change => !told.Remove(change)).ToList();
                if (news.Count > 0)
                    await stream.SendAsync("resources", new { Resources = news.Select(resources.Of) });
            }
        }
    }

    private async Task SendUsageAsync(EventStream stream)
    {
        using var timer = new PeriodicTimer(UsageSampler.Interval, time);
        usage.Sample();
        while (await timer.WaitForNextTickAsync(stream.Ended))
            await stream.SendAsync("usage", new { Usage = usage.Sample() });
    }
}

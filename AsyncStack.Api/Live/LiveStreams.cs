using System.Globalization;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Stats;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Live;

/// <summary>
/// All that happens as server-sent events: <c>jobs</c>, <c>changed</c> and <c>stats</c>. Each event's id is a time, which any replica takes up
/// after: a stream that comes back hears first, as <c>missed</c>, what happened to jobs meanwhile.
/// </summary>
internal sealed class LiveStreams(
    LiveFeed feed, LiveReader reader, IOptions<LiveOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    public async Task<IResult> FollowAsync(DateTimeOffset? last, HttpContext context)
    {
        // Opened before anything is read: what comes from then on is news.
        if (feed.TryOpen() is not { } seen)
        {
            return EventStream.Busy(context.Response);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(await EventStream.BeginAsync(context.Response, ending.Token), seen, last, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        finally
        {
            feed.Close();
        }

        return Results.Empty;
    }

    private async Task FollowAsync(EventStream stream, long seen, DateTimeOffset? last, CancellationToken cancellationToken)
    {
        await BeginAsync(stream, last, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            var (ticks, news) = feed.ReadAfter(seen);
            if (ticks is null)
            {
                // It read too slowly: what it did not hear it is told as missed.
                seen = feed.Latest;
                await BeginAsync(stream, last, cancellationToken);
                continue;
            }

            foreach (var tick in ticks)
            {
                await WriteAsync(stream, tick);
                (seen, last) = (tick.Number, tick.Until);
            }

            await stream.FlushAsync();
            await news.WaitAsync(cancellationToken);
        }
    }

    private async Task BeginAsync(EventStream stream, DateTimeOffset? last, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (last is { } since && now - since <= options.Value.Memory)
        {
            await stream.WriteAsync("missed", await reader.ReadMissedAsync(since, cancellationToken), LiveJson.Default.LiveJobs);
        }

        await stream.WriteAsync("changed", new LiveChanged(LiveReader.AllTopics), LiveJson.Default.LiveChanged, Id(now));
        await stream.FlushAsync();
    }

    private static async Task WriteAsync(EventStream stream, LiveTick tick)
    {
        var id = Id(tick.Until);
        if (tick.Jobs is { } jobs)
        {
            await stream.WriteAsync("jobs", jobs, LiveJson.Default.LiveJobs, id);
        }

        if (tick.Changed is { } changed)
        {
            await stream.WriteAsync("changed", changed, LiveJson.Default.LiveChanged, id);
        }

        if (tick.Stats is { } stats)
        {
            await stream.WriteAsync("stats", stats, StatsJson.Default.StatsView, id);
        }
    }

    private static string Id(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
}

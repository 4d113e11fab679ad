using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AsyncStack.Api.Identity;
using AsyncStack.Core.Jobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>
/// A job's history as server-sent events, live until the job has ended. Events carry their number as <c>id</c>, so that
/// <c>Last-Event-ID</c> takes up after it without loss or repeat; <c>progress</c> has none and disturbs no resumption.
/// </summary>
internal sealed class JobEventStreams(
    JobFeeds feeds, JobHistory history, IOptions<JobEventOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private int _open;

    /// <summary>Answers with the events after <paramref name="lastId"/>.</summary>
    public async Task<IResult> StreamAsync(Guid id, long lastId, HttpContext context)
    {
        if (Interlocked.Increment(ref _open) > options.Value.MaxStreams)
        {
            Interlocked.Decrement(ref _open);
            return Busy(context.Response);
        }

        // Watched before it is read: what happens in between is news to the feed.
        var feed = feeds.Open(id);
        try
        {
            return await StreamAsync(feed, lastId, context);
        }
        finally
        {
            feeds.Close(feed);
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task<IResult> StreamAsync(JobFeed feed, long lastId, HttpContext context)
    {
        if (await history.ReadAsync(feed.Id, lastId, context.RequestAborted) is not { } moment)
        {
            return JobEndpoints.NotFound(feed.Id);
        }

        if (moment is { Ended: true, Events.Count: 0 })
        {
            // The one answer that keeps an EventSource from coming again.
            return Results.NoContent();
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            var writer = new Writer(context.Response, lastId);
            await writer.BeginAsync(ending.Token);
            await writer.WriteAsync(moment, moment.Events, ending.Token);
            if (!moment.Ended)
            {
                await FollowAsync(feed, writer, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }

        return Results.Empty;
    }

    private async Task FollowAsync(JobFeed feed, Writer writer, CancellationToken cancellationToken)
    {
        JobNews? seen = null;
        while (true)
        {
            try
            {
                await feed.NewerThanAsync(seen).WaitAsync(options.Value.Heartbeat, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                await writer.HeartbeatAsync(cancellationToken);
                continue;
            }

            seen = feed.Latest;

            // Before its first read the feed knows less than the stream has sent, maybe even an end that was taken back.
            if (seen.Moment is { } moment && seen.LastId >= writer.LastId)
            {
                await writer.WriteAsync(moment, seen.Events, cancellationToken);
                if (moment.Ended)
                {
                    return;
                }
            }
            else if (seen is { Moment.Ended: true, LastId: 0 })
            {
                return;
            }
        }
    }

    private static IResult Busy(HttpResponse response)
    {
        response.Headers.RetryAfter = "5";
        return Results.Problem(
            "More streams are open than this server may hold. Come again after a moment, or read the history as JSON.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private sealed class Writer(HttpResponse response, long lastId)
    {
        private JobProgressView _told = new(0, 0);

        public long LastId { get; private set; } = lastId;

        public Task BeginAsync(CancellationToken cancellationToken)
        {
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-cache, no-store";
            response.Headers["X-Accel-Buffering"] = "no";
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            response.HttpContext.RequestServices.GetRequiredService<OpenStreams>().Add(response.HttpContext);
            return response.Body.FlushAsync(cancellationToken);
        }

        /// <summary>Writes the events that are new to this stream, then the progress; waits while the client does not read.</summary>
        public async Task WriteAsync(JobMoment moment, IEnumerable<JobEventView> events, CancellationToken cancellationToken)
        {
            foreach (var item in events.Where(e => e.Id > LastId))
            {
                var head = string.Create(CultureInfo.InvariantCulture, $"id: {item.Id}\nevent: {item.Event}\n");
                await WriteAsync(head, item, JobEventsJson.Default.JobEventView, cancellationToken);
                LastId = item.Id;
            }

            if (moment.State == JobState.Running && moment.Progress.Progress > 0 && moment.Progress != _told)
            {
                _told = moment.Progress;
                await WriteAsync("event: progress\n", moment.Progress, JobEventsJson.Default.JobProgressView, cancellationToken);
            }

            await response.Body.FlushAsync(cancellationToken);
        }

        public async Task HeartbeatAsync(CancellationToken cancellationToken)
        {
            await response.WriteAsync(": heartbeat\n\n", cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }

        private Task WriteAsync<T>(string head, T data, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
            response.WriteAsync($"{head}data: {JsonSerializer.Serialize(data, type)}\n\n", cancellationToken);
    }
}

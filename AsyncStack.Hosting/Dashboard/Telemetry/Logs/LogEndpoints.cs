using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Logs;

/// <summary>Log records: pages of them, one of them, and those that come.</summary>
internal static class LogEndpoints
{
    private const int Chunk = 1000;

    /// <summary>Records in one event; of more that match the latest are sent.</summary>
    private const int MaxNews = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static void MapLogs(this RouteGroupBuilder api)
    {
        api.MapGet("/logs", List);
        api.MapGet("/logs/live", LiveAsync);
        api.MapGet("/logs/{seq:long}", Get);
    }

    private static IResult List(HttpRequest request, TelemetryStores stores) => stores.Answer(request, (session, query) =>
    {
        var (filter, limit, before) = (LogFilter.Read(query), query.Limit, query.Before);
        if (query.Refusal is { } refusal)
            return refusal;
        var found = new List<LogView>();
        while (found.Count <= limit && session.Logs.ReadBefore(before, Chunk) is { Count: > 0 } chunk)
        {
            found.AddRange(chunk.Where(filter.Matches).Take(limit + 1 - found.Count).Select(LogView.Of));
            before = chunk[^1].Seq;
        }

        var page = found.Count > limit ? found[..limit] : found;
        return Results.Json(new LogPage(page, found.Count > limit ? page[^1].Seq : null), TelemetryJson.Default.LogPage);
    });

    private static IResult Get(long seq, HttpRequest request, TelemetryStores stores) => stores.Answer(request, (session, _) =>
        session.Logs.Find(seq) is { } entry
            ? Results.Json(LogView.Of(entry, withResource: true), TelemetryJson.Default.LogView)
            : Results.Problem($"There is no log record {seq}; it may have gone to make room for later ones.", statusCode: StatusCodes.Status404NotFound));

    private static Task<IResult> LiveAsync(HttpContext http, TelemetryStores stores, EventStreams streams) => stores.AnswerAsync(http.Request, (session, query) =>
    {
        var filter = LogFilter.Read(query);
        if (query.Refusal is { } refusal)
            return Task.FromResult(refusal);

        // Taken before the client knows that it is heard: what comes from then on is news.
        var present = session.Logs.LastSeq;
        return streams.ServeAsync(http, stream => FollowAsync(stream, session.Logs, filter, present), session.Closed);
    });

    private static async Task FollowAsync(EventStream stream, LogStore logs, LogFilter filter, long present)
    {
        var last = Math.Min(stream.LastEventId ?? present, present);
        while (true)
        {
            var changed = logs.Changed.Next;
            var matching = new Queue<LogEntry>();
            var skipped = 0L;
            for (var (entries, gone) = logs.ReadAfter(last, Chunk); entries.Count > 0; (entries, gone) = logs.ReadAfter(last, Chunk))
            {
                skipped += gone;
                last = entries[^1].Seq;
                foreach (var entry in entries.Where(filter.Matches))
                    matching.Enqueue(entry);
                for (; matching.Count > MaxNews; skipped++)
                    matching.Dequeue();
            }

            if (matching.Count > 0 || skipped > 0)
                await stream.SendAsync("logs", new LogNews([.. matching.Select(LogView.Of)], skipped), TelemetryJson.Default.LogNews, last);
            await stream.WaitAsync(changed, Pause);
        }
    }
}

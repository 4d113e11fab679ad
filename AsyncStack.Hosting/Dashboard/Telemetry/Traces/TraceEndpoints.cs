using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using AsyncStack.Hosting.Dashboard.Telemetry.Logs;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Traces;

/// <summary>Traces: pages of them, one with its spans and logs, and those that come or change.</summary>
internal static class TraceEndpoints
{
    private const int Chunk = 500;

    /// <summary>Log records told with a trace, the latest.</summary>
    private const int MaxLogs = 1000;

    /// <summary>Traces in one event; of more that changed the latest are sent.</summary>
    private const int MaxNews = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static void MapTraces(this RouteGroupBuilder api)
    {
        api.MapGet("/traces", List);
        api.MapGet("/traces/live", LiveAsync);
        api.MapGet("/traces/{traceId}", Get);
    }

    private static IResult List(HttpRequest request, TelemetryStores stores) => stores.Answer(request, (session, query) =>
    {
        var (filter, limit, before) = (TraceFilter.Read(query), query.Limit, query.Before);
        if (query.Refusal is { } refusal)
            return refusal;
        var found = new List<TraceMoment>();
        while (found.Count <= limit && session.Spans.ReadBefore(before, Chunk) is { Count: > 0 } chunk)
        {
            found.AddRange(chunk.Where(filter.Matches).Take(limit + 1 - found.Count));
            before = chunk[^1].Seq;
        }

        var page = found.Count > limit ? found[..limit] : found;
        return Results.Json(
            new TracePage([.. page.Select(session.Summary)], found.Count > limit ? page[^1].Seq : null), TelemetryJson.Default.TracePage);
    });

    private static IResult Get(string traceId, HttpRequest request, TelemetryStores stores) => stores.Answer(request, (session, _) =>
    {
        if (!Ids.TryParseTrace(traceId, out var id) || session.Spans.Find(id) is not { } trace)
        {
            return Results.Problem(
                $"There is no trace '{traceId}'; it may have gone to make room for later ones.", statusCode: StatusCodes.Status404NotFound);
        }

        var shape = TraceShape.Of(trace.Spans.Span);
        var backlinks = session.Spans.BacklinksOf(id).ToLookup(b => b.ToSpan);
        var view = new TraceView(
            Ids.Text(id)!,
            Nanoseconds.ToMicroseconds(shape.Start),
            Nanoseconds.ToMicroseconds(shape.Duration),
            [.. InOrder(trace).Select(s => SpanView.Of(s, backlinks[s.Id]))],
            [.. session.Logs.ReadTrace(id, MaxLogs).Select(LogView.Of)]);
        return Results.Json(view, TelemetryJson.Default.TraceView);
    });

    /// <summary>By start; clocks are coarse, so that of two at a time the longer one, which holds the other, comes first.</summary>
    private static IEnumerable<SpanEntry> InOrder(TraceMoment trace) =>
        trace.Spans.ToArray().OrderBy(s => s.Start).ThenByDescending(s => s.End).ThenBy(s => s.ParentId != 0);

    private static Task<IResult> LiveAsync(HttpContext http, TelemetryStores stores, EventStreams streams) => stores.AnswerAsync(http.Request, (session, query) =>
    {
        var filter = TraceFilter.Read(query);
        if (query.Refusal is { } refusal)
            return Task.FromResult(refusal);

        // Taken before the client knows that it is heard: what comes from then on is news.
        var present = session.Spans.LastVersion;
        return streams.ServeAsync(http, stream => FollowAsync(stream, session, filter, present), session.Closed);
    });

    private static async Task FollowAsync(EventStream stream, TelemetrySession session, TraceFilter filter, long present)
    {
        var spans = session.Spans;
        var last = Math.Min(stream.LastEventId ?? present, present);
        while (true)
        {
            var changed = spans.Changed.Next;
            var (traces, skipped) = spans.ReadChanges(last, MaxNews);
            if (traces.Count > 0)
            {
                last = traces[^1].Version;
                var summaries = traces.Where(filter.Matches).Select(session.Summary).ToList();
                if (summaries.Count > 0 || skipped > 0)
                    await stream.SendAsync("traces", new TraceNews(summaries, skipped), TelemetryJson.Default.TraceNews, last);
            }

            await stream.WaitAsync(changed, Pause);
        }
    }
}

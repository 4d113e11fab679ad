using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Metrics;

/// <summary>Metrics: the instruments, the lines of one, and who has sent.</summary>
internal static class MetricEndpoints
{
    private const int MaxValues = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void MapMetrics(this RouteGroupBuilder api)
    {
        api.MapGet("/metrics", List);
        api.MapGet("/metrics/series", Draw);
        api.MapGet("/metrics/live", LiveAsync);
    }

    private static IResult List(HttpRequest request, TelemetryStores stores) => stores.Answer(request, (session, query) =>
    {
        var resource = query.Text("resource");
        if (query.Refusal is { } refusal)
            return refusal;
        var instruments = session.Metrics.ReadInstruments(resource)
            .Select(i => View(i.Info, i.LastTime, i.Series))
            .OrderBy(i => i.Resource).ThenBy(i => i.Meter).ThenBy(i => i.Name);
        return Results.Json(new InstrumentList([.. instruments]), TelemetryJson.Default.InstrumentList);
    });

    private static IResult Draw(HttpRequest request, TelemetryStores stores, TimeProvider time) => stores.Answer(request, (session, query) =>
    {
        var chart = ChartQuery.Read(query, time);
        var (resource, meter, name) = (Required(query, "resource"), query.Text("meter") ?? "", Required(query, "name"));
        if (query.Refusal is { } refusal)
            return refusal;
        if (session.Metrics.Find(resource, meter, name) is not var (info, series))
        {
            return Results.Problem(
                $"There is no instrument '{name}' of the meter '{meter}' and the resource '{resource}'; it may have sent nothing for long.",
                statusCode: StatusCodes.Status404NotFound);
        }

        var drawn = new Chart(session.Metrics, chart, info);
        if (drawn.Objection is not { } objection)
            return Results.Json(drawn.Draw(series), TelemetryJson.Default.ChartView);
        query.Refuse("view", objection);
        return query.Refusal!;
    });

    private static Task<IResult> LiveAsync(HttpContext http, TelemetryStores stores, EventStreams streams) => stores.AnswerAsync(http.Request, (session, _) =>
    {
        // Taken before the client knows that it is heard: what comes from then on is news.
        var present = session.Metrics.LastVersion;
        return streams.ServeAsync(http, stream => FollowAsync(stream, session.Metrics, present), session.Closed);
    });

    private static async Task FollowAsync(EventStream stream, MetricStore metrics, long present)
    {
        var last = Math.Min(stream.LastEventId ?? present, present);
        while (true)
        {
            var changed = metrics.Changed.Next;
            var (resources, version) = metrics.ReadSenders(last);
            if (resources.Count > 0)
                await stream.SendAsync("metrics", new MetricNews(resources), TelemetryJson.Default.MetricNews, version);
            last = version;
            await stream.WaitAsync(changed, Pause);
        }
    }

    private static InstrumentView View(InstrumentInfo info, long last, Series[] series) => new(
        info.Resource, info.Meter, info.Name, info.Unit, info.Description, Chart.NameOf(info.Type), info.Monotonic, info.Temporality,
        Dimensions(series), series.Length, Nanoseconds.ToMicroseconds(last));

    private static List<DimensionView> Dimensions(Series[] series)
    {
        var keys = series.SelectMany(s => s.Labels).Select(l => l.Key).ToHashSet();
        if (series.Select(s => s.Origin.Instance).Distinct().Skip(1).Any())
            keys.Add(Chart.InstanceKey);
        return [.. keys.Order(StringComparer.Ordinal).Select(key => new DimensionView(
            key, [.. series.Select(s => Chart.LabelOf(s, key)).Distinct().Order(StringComparer.Ordinal).Take(MaxValues)]))];
    }

    private static string Required(Query query, string name)
    {
        if (query.Text(name) is { } text)
            return text;
        query.Refuse(name, $"{name} is missing; take it from /api/metrics.");
        return "";
    }
}

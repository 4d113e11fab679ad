using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

public sealed class LiveTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_records_come_as_they_are_kept_and_only_those_that_match()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System);
        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("before")));
        using var stream = await LiveReader.OpenAsync(host, "/api/logs/live?severity=warn");

        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("not this"), Wires.Log("this", SeverityNumber.Warn)));
        var first = await stream.NextAsync("logs");
        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("and this", SeverityNumber.Error)));
        var second = await stream.NextAsync("logs");

        Assert.Equal(("3", "this", 0), (first.Id, first.Data.GetProperty("logs")[0].GetProperty("body").GetString(), first.Data.GetProperty("skipped").GetInt32()));
        Assert.Equal(("4", "and this"), (second.Id, second.Data.GetProperty("logs")[0].GetProperty("body").GetString()));
    }

    [Fact]
    public async Task A_stream_is_taken_up_where_it_was_left()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System);
        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("1"), Wires.Log("2"), Wires.Log("3")));

        using var stream = await LiveReader.OpenAsync(host, "/api/logs/live", lastEventId: 1);

        var news = await stream.NextAsync("logs");
        Assert.Equal(["2", "3"], news.Data.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task A_position_of_another_run_begins_with_what_is_new()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System);
        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("old")));
        using var stream = await LiveReader.OpenAsync(host, "/api/logs/live", lastEventId: 1_000_000);

        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("new")));

        Assert.Equal("new", (await stream.NextAsync("logs")).Data.GetProperty("logs")[0].GetProperty("body").GetString());
    }

    [Fact]
    public async Task What_is_too_much_for_one_event_and_what_is_gone_is_counted_as_skipped()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System, l => l.Logs = 1500);
        host.Stores.Live.Add(Wires.Logs("api", Wires.Log("0")));
        host.Stores.Live.Add(Wires.Logs("api", [.. Enumerable.Range(1, 2000).Select(n => Wires.Log($"{n}"))]));

        using var stream = await LiveReader.OpenAsync(host, "/api/logs/live", lastEventId: 1);

        var news = (await stream.NextAsync("logs")).Data;
        Assert.Equal(1000, news.GetProperty("skipped").GetInt32());
        Assert.Equal(Enumerable.Range(1001, 1000).Select(n => $"{n}"), news.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task Traces_come_when_they_begin_and_when_they_change()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System);
        using var stream = await LiveReader.OpenAsync(host, "/api/traces/live?resource=api");

        host.Stores.Live.Add(Wires.Spans("other", Wires.Span(9, 9)));
        host.Stores.Live.Add(Wires.Spans("api", Wires.Span(1, 1)));
        var begun = await stream.NextAsync("traces");
        host.Stores.Live.Add(Wires.Spans("worker", Wires.Span(1, 2, parent: 1)));
        var changed = await stream.NextAsync("traces");

        Assert.Equal((Wires.Hex(Wires.TraceId(1)), 1), Of(begun));
        Assert.Equal((Wires.Hex(Wires.TraceId(1)), 2), Of(changed));

        static (string?, int) Of(LiveEvent e) => (
            e.Data.GetProperty("traces").EnumerateArray().Single().GetProperty("traceId").GetString(), e.Data.GetProperty("traces")[0].GetProperty("spans").GetInt32());
    }

    [Fact]
    public async Task Who_sends_metrics_is_told()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System, l => l.Age = TimeSpan.FromDays(3650));
        using var stream = await LiveReader.OpenAsync(host, "/api/metrics/live");

        host.Stores.Live.Add(Wires.Metrics(Wires.Resource("worker"), Wires.Gauge("level", Wires.Number(1, at: 1))));

        Assert.Equal("""{"resources":["worker"]}""", (await stream.NextAsync("metrics")).Data.GetRawText());
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_and_a_closed_one_makes_room()
    {
        await using var host = await TelemetryHost.StartAsync(TimeProvider.System, l => l.LiveStreams = 1);
        using (await LiveReader.OpenAsync(host, "/api/logs/live"))
            Assert.Contains("1 live streams", await host.RefusedAsync(HttpStatusCode.ServiceUnavailable, "/api/traces/live"), StringComparison.Ordinal);

        await Waiting.ForAsync(async () =>
        {
            using var response = await host.Client.GetAsync("/api/traces/live", HttpCompletionOption.ResponseHeadersRead, Cancel);
            return response.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task A_silent_stream_is_kept_alive()
    {
        var time = new LeapingTime();
        await using var host = await TelemetryHost.StartAsync(time);
        using var stream = await LiveReader.OpenAsync(host, "/api/logs/live");

        Assert.Equal(": keep-alive", await stream.CommentAsync());
    }

    /// <summary>Its timers are a hundred times as fast.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
    }
}

internal sealed record LiveEvent(string? Id, string Kind, JsonElement Data);

/// <summary>A stream of server-sent events as a browser reads it.</summary>
internal sealed class LiveReader(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LiveReader> OpenAsync(TelemetryHost host, string path, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is { } id)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{id}");
        var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var reader = new LiveReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)));
        Assert.Equal(": open", await reader.CommentAsync());
        return reader;
    }

    /// <summary>The next event, which must be of that kind.</summary>
    public async Task<LiveEvent> NextAsync(string kind)
    {
        var (id, data) = ((string?)null, default(JsonElement));

        // Comments that keep the stream alive must not keep the test waiting.
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Waiting.AtMost);
        while (await lines.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                Assert.Equal(kind, line[7..]);
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = JsonSerializer.Deserialize<JsonElement>(line[6..]);
            else if (line.Length == 0 && data.ValueKind == JsonValueKind.Object)
                return new LiveEvent(id, kind, data);
        }

        throw new InvalidOperationException("The stream has ended.");
    }

    public async Task<string?> CommentAsync()
    {
        while (await LineAsync() is { } line)
        {
            if (line.StartsWith(':'))
                return line;
        }

        return null;
    }

    /// <summary>Whether the server has ended the stream.</summary>
    public async Task<bool> HasEndedAsync()
    {
        string? line;
        while ((line = await LineAsync()) is { Length: 0 })
        {
        }

        return line is null;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }

    private Task<string?> LineAsync() => lines.ReadLineAsync(Cancel).AsTask().WaitAsync(Waiting.AtMost, Cancel);
}

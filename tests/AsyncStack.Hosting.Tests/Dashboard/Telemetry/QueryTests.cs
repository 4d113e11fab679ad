using System.Net;
using System.Text.Json;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;

namespace AsyncStack.Hosting.Tests.Dashboard.Telemetry;

/// <summary>The queries for logs and traces.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private TelemetryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TelemetryHost.StartAsync();
        var failed = Wires.Span(1, 2, parent: 1, name: "INSERT jobs", start: 0.2, end: 0.7, error: true);
        failed.Kind = Span.Types.SpanKind.Client;
        failed.Attributes.AddRange([Wires.Attribute("db.system.name", "postgresql"), Wires.Attribute("rows", 3)]);
        failed.Events.Add(new Span.Types.Event { Name = "exception", TimeUnixNano = Wires.At(0.65), Attributes = { Wires.Attribute("exception.type", "Timeout") } });
        var consumer = Wires.Span(2, 3, name: "process batch", start: 5, end: 5.5);
        consumer.Kind = Span.Types.SpanKind.Consumer;
        consumer.Links.Add(new Span.Types.Link { TraceId = Wires.TraceId(1), SpanId = Wires.SpanId(1), Attributes = { Wires.Attribute("why", "batch") } });
        _host.Stores.Live.Add(Wires.Spans("api", Wires.Span(1, 1, name: "POST /jobs", end: 1), failed));
        _host.Stores.Live.Add(Wires.Spans("worker", consumer));

        var record = Wires.Log("Job 7 is done", SeverityNumber.Info, at: 0.3, trace: 1, span: 1);
        record.Attributes.AddRange([Wires.Attribute("{OriginalFormat}", "Job {Id} is done"), Wires.Attribute("Id", 7), Wires.Attribute("big", long.MaxValue)]);
        _host.Stores.Live.Add(Wires.Logs("api", Wires.Log("starting", SeverityNumber.Debug), record));
        _host.Stores.Live.Add(Wires.Logs("worker", Wires.Log("It broke", SeverityNumber.Error, at: 0.4, trace: 1, span: 2)));
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("", "3,2,1")]
    [InlineData("resource=api", "2,1")]
    [InlineData("severity=info", "3,2")]
    [InlineData("severity=error", "3")]
    [InlineData("text=JOB", "2")]
    [InlineData("text=nothing", "")]
    [InlineData("category=tests", "3,2,1")]
    [InlineData("category=logger", "")]
    [InlineData("attribute=Id=7", "2")]
    [InlineData("attribute=Id=7&attribute=Id=8", "")]
    [InlineData("attribute=service.name=worker", "3")]
    [InlineData("traceId=a0000000000000000000000000000001", "3,2")]
    [InlineData("spanId=b000000000000002", "3")]
    [InlineData("text=b000000000000002", "3")]
    [InlineData("before=3", "2,1")]
    public async Task Log_records_are_found_by(string query, string expected)
    {
        var answer = await _host.GetAsync($"/api/logs?{query}");

        Assert.Equal(expected, string.Join(',', answer.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("seq").GetInt64())));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Pages_of_log_records_follow_each_other()
    {
        var first = await _host.GetAsync("/api/logs?limit=2");
        var second = await _host.GetAsync($"/api/logs?limit=2&before={first.GetProperty("next").GetInt64()}");

        Assert.Equal([3, 2], first.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("seq").GetInt32()));
        Assert.Equal([1], second.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("seq").GetInt32()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task A_log_record_has_what_the_contract_says()
    {
        var log = await _host.GetAsync("/api/logs/2");

        Assert.Equal(
            ["seq", "at", "resource", "instance", "severity", "severityNumber", "severityText", "category", "body", "template", "eventName", "traceId", "spanId", "attributes", "resourceAttributes"],
            log.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Wires.Micros(0.3), log.GetProperty("at").GetDecimal());
        Assert.Equal("info", log.GetProperty("severity").GetString());
        Assert.Equal("Job 7 is done", log.GetProperty("body").GetString());
        Assert.Equal("Job {Id} is done", log.GetProperty("template").GetString());
        Assert.Equal("Tests.Logger", log.GetProperty("category").GetString());
        Assert.Equal(7, log.GetProperty("attributes").GetProperty("Id").GetInt32());
        Assert.Equal($"{long.MaxValue}", log.GetProperty("attributes").GetProperty("big").GetString());
        Assert.Equal("api", log.GetProperty("resourceAttributes").GetProperty("service.name").GetString());
        var listed = (await _host.GetAsync("/api/logs")).GetProperty("logs")[0];
        Assert.False(listed.TryGetProperty("resourceAttributes", out _));
        Assert.Contains("gone", await _host.RefusedAsync(HttpStatusCode.NotFound, "/api/logs/99"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "2,1")]
    [InlineData("resource=api", "1")]
    [InlineData("text=insert", "1")]
    [InlineData("text=POSTGRES", "1")]
    [InlineData("text=it+broke", "1")]
    [InlineData("text=a0000000000000000000000000000002", "2")]
    [InlineData("text=b000000000000003", "2")]
    [InlineData("status=error", "1")]
    [InlineData("minDuration=600000", "1")]
    [InlineData("attribute=rows=3", "1")]
    [InlineData("attribute=rows=4", "")]
    [InlineData("before=2", "1")]
    public async Task Traces_are_found_by(string query, string expected)
    {
        var answer = await _host.GetAsync($"/api/traces?{query}");

        Assert.Equal(expected, string.Join(',', answer.GetProperty("traces").EnumerateArray().Select(t => t.GetProperty("seq").GetInt64())));
    }

    [Fact]
    public async Task A_trace_in_a_list_has_what_the_contract_says()
    {
        var trace = (await _host.GetAsync("/api/traces?resource=api")).GetProperty("traces")[0];

        Assert.Equal(
            ["traceId", "seq", "name", "kind", "resource", "start", "duration", "spans", "errors", "logs", "resources", "rootMissing"],
            trace.EnumerateObject().Select(p => p.Name));
        Assert.Equal("a0000000000000000000000000000001", trace.GetProperty("traceId").GetString());
        Assert.Equal("POST /jobs", trace.GetProperty("name").GetString());
        Assert.Equal("server", trace.GetProperty("kind").GetString());
        Assert.Equal(Wires.Micros(0), trace.GetProperty("start").GetDecimal());
        Assert.Equal(1_000_000, trace.GetProperty("duration").GetDecimal());
        Assert.Equal((2, 1, 2), (trace.GetProperty("spans").GetInt32(), trace.GetProperty("errors").GetInt32(), trace.GetProperty("logs").GetInt32()));
        Assert.Equal("""[{"name":"api","spans":2,"errors":1}]""", trace.GetProperty("resources").GetRawText());
    }

    [Fact]
    public async Task A_trace_has_its_spans_its_logs_and_who_links_to_it()
    {
        var trace = await _host.GetAsync("/api/traces/a0000000000000000000000000000001");
        var linking = await _host.GetAsync("/api/traces/a0000000000000000000000000000002");

        var (root, failed) = (trace.GetProperty("spans")[0], trace.GetProperty("spans")[1]);
        Assert.Equal("""[{"traceId":"a0000000000000000000000000000002","spanId":"b000000000000003"}]""", root.GetProperty("backlinks").GetRawText());
        Assert.Equal(
            """[{"traceId":"a0000000000000000000000000000001","spanId":"b000000000000001","attributes":{"why":"batch"}}]""",
            linking.GetProperty("spans")[0].GetProperty("links").GetRawText());
        Assert.Equal(
            ["spanId", "parentSpanId", "resource", "instance", "scope", "name", "kind", "start", "duration", "status", "statusMessage", "attributes", "events", "links", "backlinks"],
            failed.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("client", "error", "it broke"), (failed.GetProperty("kind").GetString(), failed.GetProperty("status").GetString(), failed.GetProperty("statusMessage").GetString()));
        Assert.Equal("b000000000000001", failed.GetProperty("parentSpanId").GetString());
        Assert.Equal("exception", failed.GetProperty("events")[0].GetProperty("name").GetString());
        Assert.Equal(["Job 7 is done", "It broke"], trace.GetProperty("logs").EnumerateArray().Select(l => l.GetProperty("body").GetString()));
        Assert.Contains("no trace", await _host.RefusedAsync(HttpStatusCode.NotFound, "/api/traces/a0000000000000000000000000000009"), StringComparison.Ordinal);
        Assert.Contains("no trace", await _host.RefusedAsync(HttpStatusCode.NotFound, "/api/traces/nonsense"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/logs?severity=loud", "severity is 'loud'; it must be one of trace, debug, info, warn, error, fatal.")]
    [InlineData("/api/logs?limit=1001", "limit is '1001'; it must be a number from 1 to 1000.")]
    [InlineData("/api/logs?before=x", "before is 'x'")]
    [InlineData("/api/logs?traceId=12", "32 hexadecimal digits")]
    [InlineData("/api/logs?spanId=12", "16 hexadecimal digits")]
    [InlineData("/api/logs?attribute=nothing", "write it as key=value")]
    [InlineData("/api/logs/live?severity=loud", "severity is 'loud'")]
    [InlineData("/api/traces?status=fine", "status is 'fine'")]
    [InlineData("/api/traces?minDuration=-1", "minDuration is '-1'")]
    [InlineData("/api/traces/live?attribute=x", "write it as key=value")]
    [InlineData("/api/metrics/series?name=x", "resource is missing")]
    [InlineData("/api/metrics/series?resource=x&name=y&from=0&to=8e15&step=1", "step is 1 s")]
    [InlineData("/api/metrics/series?resource=x&name=y&to=9e15", "to is '9e15'")]
    [InlineData("/api/metrics/series?resource=x&name=y&from=5&to=4", "from must be earlier than to")]
    [InlineData("/api/metrics/series?resource=x&name=y&view=pie", "view is 'pie'")]
    [InlineData("/api/logs?session=other", "session is 'other'")]
    public async Task A_wrong_query_is_told_what_is_wrong(string path, string reason) =>
        Assert.Contains(reason, await _host.RefusedAsync(HttpStatusCode.BadRequest, path), StringComparison.Ordinal);
}

using System.Net.Http.Json;
using System.Text.Json;

namespace AsyncStack.Dashboard.Tests;

/// <summary>A program outside the graph that sends its telemetry by OTLP/HTTP in JSON.</summary>
internal sealed class OtlpSender(Uri endpoint, string header, string key) : IDisposable
{
    public const string Service = "outside";

    private readonly HttpClient _http = new() { BaseAddress = endpoint, DefaultRequestHeaders = { { header, key } } };

    private static object Resource => new { attributes = new[] { Attribute("service.name", Service) } };

    /// <summary>To where run.json says.</summary>
    public static async Task<OtlpSender> OfAsync(string runFile)
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(runFile));
        var otlp = document.RootElement.GetProperty("dashboard").GetProperty("otlp");
        var header = otlp.GetProperty("headers").GetString()!.Split('=', 2);
        return new OtlpSender(new Uri(otlp.GetProperty("http").GetString()!), header[0], header[1]);
    }

    /// <summary>A trace whose root lasts a second; each other span hangs on one a few before it, every fiftieth failed.</summary>
    public async Task SendTraceAsync(string traceId, int spans)
    {
        var start = Nanoseconds(TimeProvider.System.GetUtcNow().AddSeconds(-2));
        foreach (var part in Enumerable.Range(0, spans).Chunk(2_000))
        {
            await SendAsync("/v1/traces", new
            {
                resourceSpans = new[] { new { resource = Resource, scopeSpans = new[] { new { scope = new { name = "test" }, spans = part.Select(n => Span(traceId, n, start)) } } } },
            });
        }
    }

    public Task SendLogsAsync(int first, int count, string? traceId = null, string? spanId = null)
    {
        var now = Nanoseconds(TimeProvider.System.GetUtcNow());
        var records = Enumerable.Range(first, count).Select(n => new
        {
            timeUnixNano = now.ToString(),
            severityNumber = n % 100 == 99 ? 17 : 9,
            severityText = n % 100 == 99 ? "Error" : "Information",
            body = new { stringValue = $"Record {n} of the outside program" },
            attributes = new[] { Attribute("number", n.ToString()) },
            traceId,
            spanId,
        });
        return SendAsync("/v1/logs", new
        {
            resourceLogs = new[] { new { resource = Resource, scopeLogs = new[] { new { scope = new { name = "Outside.Category" }, logRecords = records } } } },
        });
    }

    public static string SpanId(int n) => (n + 1).ToString("x16");

    public void Dispose() => _http.Dispose();

    private static object Span(string traceId, int n, long start)
    {
        var from = start + (n * 90_000L);
        return new
        {
            traceId,
            spanId = SpanId(n),
            parentSpanId = n == 0 ? "" : SpanId(n % 10 == 0 ? 0 : n - 1),
            name = n == 0 ? "whole" : $"step {n}",
            kind = 1,
            startTimeUnixNano = from.ToString(),
            endTimeUnixNano = (n == 0 ? start + 1_000_000_000 : from + 800_000).ToString(),
            attributes = new[] { Attribute("step", n.ToString()) },
            status = new { code = n % 50 == 49 ? 2 : 0, message = n % 50 == 49 ? "step failed" : "" },
        };
    }

    private static object Attribute(string key, string text) => new { key, value = new { stringValue = text } };

    private static long Nanoseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() * 1_000_000;

    private async Task SendAsync(string path, object body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}

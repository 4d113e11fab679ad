using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AsyncStack.Graph.Tests.Datasets;

namespace AsyncStack.Graph.Tests.Monitoring;

/// <summary>A real Prometheus watches the running graph: the rules and the dashboard ask for what there is, and the catalogue tells of it.</summary>
public sealed class MonitoringTests(RunningGraphFixture graph)
{
    private static readonly string[] Services = ["api", "worker", "notifier", "web"];
    private static readonly string[] ScrapeLabels = ["__name__", "job", "instance", "le", "otel_scope_name", "otel_scope_version"];
    private static readonly string[] Comparisons = [" > ", " < ", " == "];
    private static readonly string[] HistogramSuffixes = ["_bucket", "_sum", "_count"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rule_and_every_panel_has_data_and_every_series_is_in_the_catalogue()
    {
        var services = Services.ToDictionary(s => s, s => graph.App.GetEndpoint(s, "http"), StringComparer.Ordinal);
        await using var prometheus = await PrometheusServer.StartAsync(services, Repository("AsyncStack.AppHost/Observability/rules.yaml"));
        await prometheus.ScrapedAsync(Services.Length, 1);
        // A rate needs a series that grows between two scrapes, so everything is done once before and once after one.
        for (var i = 0; i < 2; i++)
        {
            await DoSomeOfEverythingAsync();
            await prometheus.ScrapedAsync(Services.Length, 2);
        }

        await AssertRulesAsync(prometheus);
        await AssertPanelsAsync(prometheus);
        await AssertCatalogueAsync(prometheus);
    }

    private static async Task AssertRulesAsync(PrometheusServer prometheus)
    {
        var rules = await prometheus.RulesAsync();
        Assert.All(rules, rule => Assert.Equal(("ok", ""), (rule.GetProperty("health").GetString(), rule.TryGetProperty("lastError", out var error) ? error.GetString() : "")));
        foreach (var rule in rules)
        {
            var (name, query) = (rule.GetProperty("name").GetString()!, rule.GetProperty("query").GetString()!);
            await AssertDataAsync(prometheus, name, rule.GetProperty("type").GetString() == "recording" ? name : Watched(query));
        }
    }

    // An alert that is quiet has no data, and should not; what it compares must have.
    private static string Watched(string alert) =>
        alert[..Comparisons.Select(c => alert.IndexOf(c, StringComparison.Ordinal)).Where(i => i > 0).Min()];

    private static async Task AssertPanelsAsync(PrometheusServer prometheus)
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Repository("AsyncStack.AppHost/Observability/dashboard.json"), Stop));
        var targets = from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
                      where panel.TryGetProperty("targets", out _)
                      from target in panel.GetProperty("targets").EnumerateArray()
                      select (Title: panel.GetProperty("title").GetString()!, Query: target.GetProperty("expr").GetString()!);
        foreach (var (title, query) in targets)
        {
            await AssertDataAsync(prometheus, title, query.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$job", ".*", StringComparison.Ordinal));
        }
    }

    private static async Task AssertDataAsync(PrometheusServer prometheus, string name, string query)
    {
        var samples = await prometheus.QueryAsync(query);
        Assert.True(samples.Exists(s => !double.IsNaN(s.Value)), $"{name} has {(samples.Count == 0 ? "no data" : "no number")}: {query}");
    }

    private static async Task AssertCatalogueAsync(PrometheusServer prometheus)
    {
        var catalogue = MetricCatalogue.Read(Repository("docs/telemetry.md"));
        var told = (await prometheus.SeriesAsync("""{otel_scope_name=~"AsyncStack.*"}"""))
            .Select(labels => (Name: Metric(labels["__name__"]), Labels: MetricCatalogue.Join(labels.Keys.Except(ScrapeLabels))))
            .ToHashSet();

        Assert.DoesNotContain(told, t => !catalogue.TryGetValue(t.Name, out var labels) || !labels.Contains(t.Labels));
        var documented = from name in told.Select(t => t.Name).Distinct() from labels in catalogue[name] select (name, labels);
        Assert.Equal(documented.Order(), told.Order());

        string Metric(string sample) => HistogramSuffixes
            .Where(suffix => sample.EndsWith(suffix, StringComparison.Ordinal) && catalogue.ContainsKey(sample[..^suffix.Length]))
            .Select(suffix => sample[..^suffix.Length])
            .FirstOrDefault(sample);
    }

    private static string Repository(string path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AsyncStack.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return Path.Combine(folder.FullName, path);
    }

    private async Task DoSomeOfEverythingAsync()
    {
        await Task.WhenAll(JobsAsync(), DeadCallbackAsync(), DatasetAsync(), ResourceAsync(), MessageAsync(), CallAsync());
    }

    private async Task JobsAsync()
    {
        var job = await graph.Client.SubmitAsync(graph.Webhook);
        await graph.Client.SubmitAsync(graph.Webhook, "sleep", new { seconds = 0 });
        await graph.WebhooksAsync(job.CorrelationId);
        // Ended tasks are cached: a miss, then a hit.
        await graph.Client.GetAsync($"/task/{job.JobId}");
        await graph.Client.GetAsync($"/task/{job.JobId}");
    }

    private async Task DeadCallbackAsync()
    {
        var job = await graph.Client.SubmitAsync(new Uri("http://127.0.0.1:1/"));
        await Waiting.ForAsync(async () => await graph.ScalarAsync<long>(
            "select count(*) from webhook_deliveries where state = 'dead' and job_id = $1", job.JobId) == 1);
    }

    private async Task DatasetAsync()
    {
        using var file = new MemoryStream("a,b\n1,2\n3,4\n"u8.ToArray());
        await new DatasetClient(graph.Client.Http).UploadAsync(file, $"monitored-{Guid.NewGuid():N}");
    }

    private async Task ResourceAsync()
    {
        using var answer = await graph.Client.Http.PostAsJsonAsync("/api/v1/resources", new { name = "monitored" }, Stop);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetString()!;
        await Waiting.ForAsync(async () => await graph.ScalarAsync<long>("select count(*) from processed_events where resource_id = $1", id) == 2);
    }

    private async Task MessageAsync()
    {
        var marker = Guid.NewGuid().ToString();
        using var answer = await graph.Client.Http.GetAsync($"/save?data={marker}", Stop);
        await Waiting.ForAsync(async () => await graph.ScalarAsync<long>("select count(*) from messages where content = $1", marker) == 1);
    }

    private async Task CallAsync()
    {
        using var client = graph.App.CreateHttpClient("api", "grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/task.v1.TaskService/ListTasks")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new("trailers"));
        using var answer = await client.SendAsync(request, Stop);
        await answer.Content.ReadAsByteArrayAsync(Stop);
    }
}

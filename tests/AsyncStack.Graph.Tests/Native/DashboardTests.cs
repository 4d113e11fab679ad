using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AsyncStack.Graph.Tests;

public sealed class DashboardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_one_trace_from_the_api_through_the_worker_to_the_notifier_with_its_logs_and_metrics_beside_it()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        await using var graph = AppHostProcess.Start(("Dashboard__Port", "0"), ("Dashboard__OtlpGrpcPort", "0"), ("Dashboard__OtlpHttpPort", "0"));
        var endpoints = await graph.HealthyAsync();
        using var browser = await LogInAsync(await graph.DashboardLinkAsync());
        using var http = new HttpClient { BaseAddress = new Uri(endpoints["gateway/http"]) };

        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var answer = await new GraphClient(http).PostJobAsync(
            new { callback_url = receiver.Url, payload = new { } }, "traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        await receiver.NextAsync();

        string[] services = ["api", "notifier", "worker"];
        await Waiting.ForAsync(async () => (await SpansAsync(browser, trace)).Intersect(services).Count() == services.Length, "spans of api, worker and notifier in one trace");
        await Waiting.ForAsync(async () => services.All((await ResourcesOfMetricsAsync(browser)).Contains), "metrics of each service");
        var logs = await GetAsync(browser, "/api/logs?resource=api&limit=1");
        Assert.Equal("api", logs.GetProperty("logs")[0].GetProperty("resource").GetString());
        Assert.Equal(0, await graph.StopAsync());
    }

    private static async Task<HttpClient> LogInAsync(Uri link)
    {
        var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        using var login = await browser.GetAsync(link, Token);
        Assert.Equal(HttpStatusCode.Redirect, login.StatusCode);
        return browser;
    }

    // A trace is known once its first spans have come.
    private static async Task<IEnumerable<string?>> SpansAsync(HttpClient browser, string trace)
    {
        using var response = await browser.GetAsync($"/api/traces/{trace}", Token);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        return body.GetProperty("spans").EnumerateArray().Select(s => s.GetProperty("resource").GetString()).Distinct();
    }

    private static async Task<HashSet<string?>> ResourcesOfMetricsAsync(HttpClient browser)
        => [.. (await GetAsync(browser, "/api/metrics")).GetProperty("instruments").EnumerateArray().Select(i => i.GetProperty("resource").GetString())];

    private static async Task<JsonElement> GetAsync(HttpClient browser, string path)
    {
        using var response = await browser.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }
}

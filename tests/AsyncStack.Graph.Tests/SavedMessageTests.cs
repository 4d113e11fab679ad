using System.Net;
using System.Text.Json;

namespace AsyncStack.Graph.Tests;

public sealed class SavedMessageTests(RunningGraphFixture graph)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_saved_through_the_gateway_can_be_viewed()
    {
        var data = $"{Guid.NewGuid()} " + string.Concat(Enumerable.Repeat("\u4f60", 9_900));

        using var saved = await graph.Client.Http.GetAsync("/save?template=space&data=" + Uri.EscapeDataString(data), Token);

        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        await Waiting.ForAsync(async () => (await ViewAsync()).GetProperty("messages").EnumerateArray().Any(m => m.GetProperty("content").GetString() == data));
        Assert.Equal(1, await graph.ScalarAsync<long>("select count(*) from messages where content = $1", data));
        Assert.Equal(3, await graph.ScalarAsync<long>("select count(distinct app) from health where app in ('api', 'worker', 'notifier')"));
    }

    [Theory]
    [InlineData("/", "action=\"/save\"")]
    [InlineData("/home", "action=\"/save\"")]
    [InlineData("/view", "Health log")]
    [InlineData("/webhook", "webhook.js")]
    public async Task Pages_of_both_hosts_are_behind_the_gateway(string path, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html");
        using var response = await graph.Client.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(text, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_add_up_when_a_thousand_tasks_are_done()
    {
        // Earlier tests' last counts reach Redis within a tenth of a second.
        var before = await ProcessedAsync();
        await Waiting.ForAsync(async () =>
        {
            var previous = before;
            await Task.Delay(TimeSpan.FromMilliseconds(300), Token);
            return previous == (before = await ProcessedAsync());
        });

        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token }, async (n, token) =>
        {
            using var body = new StringContent($"{n}", System.Text.Encoding.UTF8, "application/json");
            using var response = await graph.Client.Http.PostAsync("/task", body, token);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        });

        JsonElement stats = default;
        await Waiting.ForAsync(async () =>
        {
            stats = await graph.Client.GetAsync("/stats");
            return stats.GetProperty("worker").GetProperty("processed").GetInt64() >= before + 1000
                && stats.GetProperty("outbox").GetProperty("pending").GetInt64() == 0
                && stats.GetProperty("queues").EnumerateObject().All(q => Count(q.Value, "unacknowledged") == 0);
        });

        Assert.Equal(before + 1000, stats.GetProperty("worker").GetProperty("processed").GetInt64());
        Assert.Equal(0, stats.GetProperty("worker").GetProperty("in_progress").GetInt64());
        Assert.Equal(0, stats.GetProperty("outbox").GetProperty("oldest_age_seconds").GetDouble());
        Assert.Equal(0, Count(stats.GetProperty("queues").GetProperty("jobs.default"), "ready"));
        Assert.InRange(Count(stats.GetProperty("queues").GetProperty("jobs.default"), "consumers")!.Value, 1, 10);
        Assert.False(stats.TryGetProperty("missing", out _));
    }

    private async Task<long> ProcessedAsync() => (await graph.Client.GetAsync("/stats")).GetProperty("worker").GetProperty("processed").GetInt64();

    private async Task<JsonElement> ViewAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/view");
        request.Headers.Add("Accept", "application/json");
        using var response = await graph.Client.Http.SendAsync(request, Token);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(Token));
    }

    private static long? Count(JsonElement queue, string name) =>
        queue.GetProperty(name) is { ValueKind: JsonValueKind.Number } count ? count.GetInt64() : null;
}

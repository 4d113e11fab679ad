using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Accepting;

public sealed class BurstTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cold_servers_answer_a_burst_without_starving()
    {
        await using var one = api.StartHost();
        await using var other = api.StartHost();

        // A starved pool adds a thread or two a second: requests that each hold one would take far longer, a busy machine does not.
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => (n % 2 == 0 ? one : other).Client.PostAsync("/task", $"{n}")))
            .WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.StatusCode));
    }

    [Fact]
    public async Task Ten_thousand_at_once_are_accepted_once_each()
    {
        const int count = 10_000;
        var correlations = Enumerable.Range(0, count).Select(n => $"burst-{n}").ToArray();

        var answers = await Task.WhenAll(correlations.Select(
            c => api.Client.PostAsync(Http.Process, Http.Body($"\"correlation_id\": \"{c}\""))));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.StatusCode));
        Assert.Equal(count, await api.ReadAsync<long>("select count(*) from jobs where correlation_id like 'burst-%'"));
        Assert.Equal(count, await api.ReadAsync<long>("""
            select count(*) from job_history e join jobs j on j.id = e.job_id where j.correlation_id like 'burst-%' and e.event = 'created'
            """));
        await Waiting.ForAsync(async () => await api.ReadAsync<long>("select count(*) from outbox") == 0);
    }

    [Fact]
    public async Task More_than_may_wait_are_told_to_come_again()
    {
        await using var small = api.StartHost(("Accept:Writers", "1"), ("Accept:Capacity", "1"));
        await using var held = await api.HoldAsync("held");
        var first = small.Client.PostAsync(Http.Process, Http.Body("\"correlation_id\": \"held\""));
        await api.WaitersAsync(1);

        var refused = await RefusedAsync(small.Client);

        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        await held.RollbackAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await first).StatusCode);
    }

    // One waits for the commit under way, so of two the first to be answered is the one refused.
    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient client) =>
        await await Task.WhenAny(client.PostAsync("/task", "1"), client.PostAsync("/task", "2"));
}

using System.Net;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Api.Tests;

public sealed class OutageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_postgres_nothing_is_accepted_and_the_client_is_told_when_to_come_again()
    {
        await using var wire = api.WireToPostgres(out var connection);
        await using var host = api.StartHost(connection);
        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsync("/task", "1")).StatusCode);

        await wire.CutAsync();
        foreach (var refused in new[]
        {
            await host.Client.PostAsync(Http.Process, Http.Body()),
            await host.Client.PostAsync("/task", "1", ("Idempotency-Key", "away")),
            await host.Client.GetAsync("/api/process/any", Cancel),
            await host.Client.GetAsync("/api/v1/dead-letters", Cancel).WaitAsync(Waiting.AtMost, Cancel),
            await host.Client.GetAsync("/save?data=away", Cancel),
            await host.Client.GetAsync("/view", Cancel),
        })
        {
            await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable);
            Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        wire.Mend();
        await Waiting.ForAsync(async () => (await host.Client.PostAsync("/task", "1", ("Idempotency-Key", "away"))).StatusCode == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_signal_lost_after_the_commit_refuses_nobody()
    {
        await using var wire = api.WireToPostgres(out var connection);
        wire.BreakAt = "notify job_scheduled"u8.ToArray();
        await using var host = api.StartHost(connection);

        var response = await host.Client.PostAsync(Http.Process, Http.Body("\"run_at\": \"2100-01-01T00:00:00Z\""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Without_redis_jobs_are_accepted_and_the_server_stays_healthy()
    {
        await using var wire = api.WireToRedis(out var connection);
        await using var host = api.StartHost(connection, ("Health:CacheFor", "00:00:00"));
        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsync(Http.Process, Http.Body())).StatusCode);

        await wire.CutAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsync(Http.Process, Http.Body())).StatusCode);

        await Waiting.ForAsync(async () => (await host.Client.GetStringAsync("/health", Cancel)).Contains("Redis", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, (await host.Client.PostAsync(Http.Process, Http.Body())).StatusCode);
    }

    [Fact]
    public async Task Without_the_broker_jobs_are_accepted_and_go_out_when_it_is_back()
    {
        await using var wire = api.WireToRabbitMQ(out var connection);
        await using var host = api.StartHost(
            connection,
            ("Health:CacheFor", "00:00:00"),
            ("Outbox:Grace", "00:00:01"),
            ("Outbox:SweepInterval", "00:00:00.1"));
        await using var other = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);

        await wire.CutAsync();
        await Waiting.ForAsync(async () => (await host.Client.GetAsync("/health", Cancel)).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.Contains("RabbitMQ is not connected", await (await host.Client.GetAsync("/health", Cancel)).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var accepted = await host.Client.PostAsync(Http.Process, Http.Body("\"priority\": \"high\""));

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var id = (await accepted.JsonAsync()).GetProperty("job_id").GetString()!;
        wire.Mend();
        await other.TakeAsync("jobs.high", m => System.Text.Encoding.UTF8.GetString(m.Body.Span).Contains(id, StringComparison.Ordinal));
        await Waiting.ForAsync(async () => await api.ReadAsync<long>("select count(*) from outbox") == 0);
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Graph.Tests;

public sealed class OutageTests(RunningGraphFixture graph)
{
    [Fact]
    public async Task Worker_killed_amid_200_running_jobs_loses_none_and_repeats_no_effect()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var jobs = await graph.Client.SubmitManyAsync(200, receiver.Url, "sleep", new { seconds = 10 });
        var ids = jobs.Select(j => j.JobId).ToArray();
        await Waiting.ForAsync(
            async () => await graph.ScalarAsync<long>("select count(*) from jobs where state = 'running' and id = any($1)", ids) == 200);

        await Chaos.KillAsync(graph.App, "worker");
        await receiver.AllAsync([.. jobs.Select(j => j.CorrelationId)]);

        Assert.All(jobs, j => Assert.Equal("job.completed", Assert.Single(receiver.ByCorrelation[j.CorrelationId]).Type));
        Assert.Equal(200, await graph.ScalarAsync<long>(
            "select count(*) from job_events where event = 'finished' and job_id = any($1)", ids));
        await graph.HealthyAsync("worker");
    }

    [Fact]
    public async Task Api_killed_right_after_the_202_does_not_lose_the_job()
    {
        await using var receiver = await CallbackReceiver.StartAsync();

        var job = await graph.Client.SubmitAsync(receiver.Url);
        await Chaos.KillAsync(graph.App, "api");

        await receiver.AllAsync([job.CorrelationId]);
        await graph.HealthyAsync("api", "gateway");
    }

    [Fact]
    public async Task Jobs_accepted_while_the_broker_is_away_all_complete()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var accepted = new List<Accepted>();

        await graph.WithoutAsync("messaging", async () =>
        {
            using var outage = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var second = 0; second < 15; second++)
            {
                accepted.AddRange(await graph.Client.SubmitManyAsync(10, receiver.Url));
                await outage.WaitForNextTickAsync();
            }
        });

        Assert.Equal(150, accepted.Count);
        await receiver.AllAsync([.. accepted.Select(j => j.CorrelationId)]);
    }

    [Fact]
    public async Task Callbacks_go_out_without_Redis()
    {
        await using var receiver = await CallbackReceiver.StartAsync();

        await graph.WithoutAsync("cache", async () =>
        {
            var jobs = await graph.Client.SubmitManyAsync(20, receiver.Url);
            await receiver.AllAsync([.. jobs.Select(j => j.CorrelationId)]);
            using var health = await graph.Client.Http.GetAsync("/health");
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        });
    }

    [Fact]
    public async Task Without_Postgres_callers_are_told_to_come_back_and_nothing_accepted_is_lost()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var before = await graph.Client.SubmitManyAsync(50, receiver.Url, "sleep", new { seconds = 1 });

        await graph.WithoutAsync("postgres", async () =>
        {
            using var refused = await graph.Client.TrySubmitAsync(receiver.Url);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
            Assert.NotNull(refused.Headers.RetryAfter);
        });

        await receiver.AllAsync([.. before.Select(j => j.CorrelationId)]);
        var after = await graph.Client.SubmitAsync(receiver.Url);
        await receiver.AllAsync([after.CorrelationId]);
    }

    [Fact]
    public async Task A_target_that_was_down_gets_the_same_webhook_id_once_it_is_up()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        receiver.Answer = _ => StatusCodes.Status500InternalServerError;
        var job = await graph.Client.SubmitAsync(receiver.Url);
        var failed = await receiver.NextAsync();

        receiver.Answer = _ => StatusCodes.Status204NoContent;
        var delivered = await receiver.NextAsync();

        Assert.Equal(job.CorrelationId, delivered.CorrelationId);
        Assert.Equal(failed.WebhookId, delivered.WebhookId);
        Assert.Equal(failed.Body.ToString(), delivered.Body.ToString());
    }
}

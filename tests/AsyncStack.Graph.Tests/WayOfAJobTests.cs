using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Graph.Tests;

public sealed class WayOfAJobTests(RunningGraphFixture graph)
{
    [Fact]
    public async Task A_submitted_job_completes_and_is_called_back_once_with_a_verified_signature()
    {
        var job = await graph.Client.SubmitAsync(graph.Webhook, payload: new { greeting = "hello" });

        var callback = Assert.Single(await graph.WebhooksAsync(job.CorrelationId));
        Assert.True(callback.GetProperty("verified").GetBoolean());
        Assert.False(callback.GetProperty("repeat").GetBoolean());
        Assert.Equal("job.completed", callback.GetProperty("type").GetString());
        var status = await graph.Client.JobAsync(job.CorrelationId);
        Assert.Equal("completed", status.GetProperty("job_status").GetString());
        Assert.Equal("hello", status.GetProperty("result").GetProperty("greeting").GetString());
        Assert.Equal(["created", "started", "finished"], Names(await graph.Client.EventsAsync(job.JobId)));
    }

    [Fact]
    public async Task A_thousand_jobs_submitted_together_are_each_called_back_exactly_once()
    {
        await using var receiver = await CallbackReceiver.StartAsync();

        var jobs = await graph.Client.SubmitManyAsync(1000, receiver.Url);
        await receiver.AllAsync([.. jobs.Select(j => j.CorrelationId)]);

        Assert.All(jobs, j => Assert.Single(receiver.ByCorrelation[j.CorrelationId]));
    }

    [Fact]
    public async Task The_trace_of_the_request_reaches_the_callback()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        var answer = await graph.Client.PostJobAsync(new { callback_url = receiver.Url, payload = new { } }, "traceparent", $"00-{trace}-b7ad6b7169203331-01");
        var callback = await receiver.NextAsync();

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.StartsWith($"00-{trace}-", callback.TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delayed_job_starts_no_earlier_than_it_may()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var due = TimeProvider.System.GetUtcNow().AddSeconds(2);

        var job = await graph.Client.SubmitAsync(receiver.Url, more: new { run_at = due });
        await receiver.NextAsync();

        Assert.True((await graph.Client.JobAsync(job.CorrelationId)).GetProperty("started_at").GetDateTimeOffset() >= due);
    }

    [Fact]
    public async Task A_queued_job_that_is_canceled_never_starts()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var job = await graph.Client.SubmitAsync(receiver.Url, more: new { run_at = TimeProvider.System.GetUtcNow().AddHours(1) });

        var canceled = await graph.Client.PostAsync($"/jobs/{job.JobId}/cancel");
        var again = await graph.Client.PostAsync($"/jobs/{job.JobId}/cancel");

        Assert.Equal(new Answer(HttpStatusCode.OK, """{"status":"Cancelled"}"""), canceled);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal("job.canceled", (await receiver.NextAsync()).Type);
        Assert.Equal(["created", "canceled"], Names(await graph.Client.EventsAsync(job.JobId)));
    }

    [Fact]
    public async Task A_running_job_that_is_canceled_frees_its_slot_and_tells_its_caller()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var job = await graph.Client.SubmitAsync(receiver.Url, "sleep", new { seconds = 300 });
        await WaitUntilAsync(async () => (await graph.Client.JobAsync(job.CorrelationId)).GetProperty("job_status").GetString() == "running");

        var canceled = await graph.Client.PostAsync($"/jobs/{job.JobId}/cancel");

        Assert.Equal(HttpStatusCode.OK, canceled.Status);
        Assert.Equal("job.canceled", (await receiver.NextAsync()).Type);
    }

    [Fact]
    public async Task A_job_that_exceeds_its_time_fails_with_that_reason()
    {
        await using var receiver = await CallbackReceiver.StartAsync();

        await graph.Client.SubmitAsync(receiver.Url, "sleep", new { seconds = 60 }, new { timeout_seconds = 1, max_attempts = 1 });
        var callback = await receiver.NextAsync();

        Assert.Equal("job.failed", callback.Type);
        Assert.Contains("timed out", callback.Body.GetProperty("data").GetProperty("error_message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ten_megabyte_result_lies_in_object_storage()
    {
        await using var receiver = await CallbackReceiver.StartAsync();
        var job = await graph.Client.SubmitAsync(receiver.Url, payload: new { text = new string('x', 10_000_000) });

        var callback = await receiver.NextAsync();

        Assert.Equal("job.completed", callback.Type);
        Assert.Equal(JsonValueKind.Null, callback.Body.GetProperty("result").ValueKind);
        Assert.StartsWith(
            $"s3://job-results/{job.JobId}/", callback.Body.GetProperty("data").GetProperty("result_uri").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeat_under_the_same_key_gets_the_same_answer_and_makes_no_second_job()
    {
        var key = Guid.NewGuid().ToString();
        var body = new { callback_url = graph.Webhook, payload = new { n = 1 } };

        var first = await PostWithKeyAsync(key, body);
        var repeat = await PostWithKeyAsync(key, body);
        var other = await PostWithKeyAsync(key, new { callback_url = graph.Webhook, payload = new { n = 2 } });

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal(first, repeat);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
    }

    [Fact]
    public async Task A_key_whose_first_request_is_not_committed_yet_is_in_flight()
    {
        var key = Guid.NewGuid().ToString();
        var body = new { callback_url = graph.Webhook, payload = new { n = 1 } };
        var holding = await graph.LockAsync("idempotency_keys");

        var first = PostWithKeyAsync(key, body);
        await WaitUntilAsync(() => graph.ScalarAsync<bool>("select exists (select from pg_locks where not granted and relation = 'idempotency_keys'::regclass)"));
        var second = await PostWithKeyAsync(key, body);
        await holding.DisposeAsync();

        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Equal(HttpStatusCode.Accepted, (await first).Status);
    }

    private static string[] Names(JsonElement events) => [.. events.EnumerateArray().Select(e => e.GetProperty("event").GetString()!)];

    private Task<Answer> PostWithKeyAsync(string key, object body) => graph.Client.PostJobAsync(body, "Idempotency-Key", $"\"{key}\"");

    private static Task WaitUntilAsync(Func<Task<bool>> condition) => Waiting.ForAsync(condition);
}

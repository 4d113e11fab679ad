using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Process;

public sealed class SubmitTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_accepted_job_is_found_at_its_location_and_its_status_url()
    {
        var response = await api.Client.PostAsync(Http.Process, Http.Body());

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = await response.JsonAsync();
        var correlation = answer.GetProperty("correlation_id").GetString();
        Assert.Equal(answer.GetProperty("job_id").GetString(), correlation);
        Assert.Equal($"/api/process/{correlation}", response.Headers.Location?.OriginalString);
        Assert.Equal(new Uri(api.Client.BaseAddress!, response.Headers.Location!).ToString(), answer.GetProperty("status_url").GetString());
        var job = await (await api.Client.GetAsync(answer.GetProperty("status_url").GetString(), Cancel)).JsonAsync();
        Assert.Equal("pending", job.GetProperty("job_status").GetString());
        Assert.Equal("echo", job.GetProperty("job_type").GetString());
        Assert.Equal(3, job.GetProperty("max_attempts").GetInt32());
        Assert.Equal(600, job.GetProperty("timeout_seconds").GetInt32());
    }

    [Fact]
    public async Task Every_optional_field_reaches_the_job()
    {
        var correlation = $"order-{Guid.NewGuid()}:7@a.b+c=~_";

        var response = await api.Client.PostAsync(Http.Process, Http.Body($$"""
            "correlation_id": "{{correlation}}", "job_type": "external:resize", "priority": "high",
            "run_at": "2100-01-31T12:00:00+02:00", "max_attempts": 7, "timeout_seconds": 30, "unknown": [1]
            """));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var job = await (await api.Client.GetAsync(response.Headers.Location, Cancel)).JsonAsync();
        Assert.Equal(correlation, job.GetProperty("correlation_id").GetString());
        Assert.Equal("external:resize", job.GetProperty("job_type").GetString());
        Assert.Equal("high", job.GetProperty("priority").GetString());
        Assert.Equal("pending", job.GetProperty("job_status").GetString());
        Assert.Equal(new DateTimeOffset(2100, 1, 31, 10, 0, 0, TimeSpan.Zero), job.GetProperty("run_at").GetDateTimeOffset());
        Assert.Equal(7, job.GetProperty("max_attempts").GetInt32());
        Assert.Equal(30, job.GetProperty("timeout_seconds").GetInt32());
    }

    [Fact]
    public async Task A_job_and_its_outbox_row_commit_together()
    {
        await using var held = await api.HoldAsync("committed-together");
        var submitted = api.Client.PostAsync(Http.Process, Http.Body("\"correlation_id\": \"committed-together\""));
        await api.WaitersAsync(1);
        Assert.False(submitted.IsCompleted);
        await held.RollbackAsync();

        var job = (await (await submitted).JsonAsync()).GetProperty("job_id").GetGuid();

        Assert.Equal("created", await api.ReadAsync<string>("select event from job_history where job_id = $1", job));
    }

    [Fact]
    public async Task A_start_in_the_past_means_at_once()
    {
        var response = await api.Client.PostAsync(Http.Process, Http.Body("\"run_at\": \"2001-01-01T00:00:00Z\""));

        Assert.Equal("queued", await StateAsync(response));
    }

    [Fact]
    public async Task A_delayed_job_wakes_the_scheduler_and_tells_no_worker()
    {
        await using var listener = await api.Database.OpenConnectionAsync(Cancel);
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Notification += (_, _) => woken.TrySetResult();
        await using (var listen = new Npgsql.NpgsqlCommand("listen job_scheduled", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        var response = await api.Client.PostAsync(Http.Process, Http.Body("\"run_at\": \"2100-01-01T00:00:00Z\""));

        await listener.WaitAsync(Cancel);
        await woken.Task.WaitAsync(Waiting.AtMost, Cancel);
        Assert.Equal("scheduled", await StateAsync(response));
        var id = (await response.JsonAsync()).GetProperty("job_id").GetString()!;
        Assert.Equal(0, await api.ReadAsync<long>("select count(*) from outbox where convert_from(body, 'UTF8') like '%' || $1 || '%'", id));
    }

    [Fact]
    public async Task Unknown_correlation_id_is_404()
    {
        var problem = await (await api.Client.GetAsync("/api/process/nobody", Cancel)).ProblemAsync(HttpStatusCode.NotFound);

        Assert.Contains("'nobody'", problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("%ff")]
    [InlineData("%ED%A0%80")]
    [InlineData("a%2Fb")]
    public async Task An_id_that_is_no_text_never_fails_the_server(string id)
    {
        var response = await api.Client.GetAsync($"/api/process/{id}", Cancel);

        Assert.True(response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Correlation_header_is_echoed_on_answers_and_problems()
    {
        foreach (var body in new[] { Http.Body(), "{" })
        {
            var response = await api.Client.PostAsync(Http.Process, body, ("X-Correlation-Id", "trace-me.1"));
            Assert.Equal("trace-me.1", response.Headers.GetValues("X-Correlation-Id").Single());
        }
    }

    [Fact]
    public async Task The_callers_trace_stays_with_the_job()
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";

        var response = await api.Client.PostAsync(Http.Process, Http.Body(), ("traceparent", $"00-{trace}-00f067aa0ba902b7-01"));

        var id = (await response.JsonAsync()).GetProperty("job_id").GetGuid();
        Assert.StartsWith($"00-{trace}-", await api.ReadAsync<string>("select traceparent from jobs where id = $1", id), StringComparison.Ordinal);
    }

    private async Task<string> StateAsync(HttpResponseMessage response) =>
        await api.ReadAsync<string>("select state from jobs where id = $1", (await response.JsonAsync()).GetProperty("job_id").GetGuid());
}

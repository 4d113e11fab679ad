using System.Net;
using System.Text;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Messaging;
using Npgsql;

namespace AsyncStack.Api.Tests.Jobs;

public sealed class JobTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scheduled")]
    [InlineData("queued")]
    [InlineData("running")]
    public async Task A_job_that_has_not_ended_can_be_canceled_and_who_asked_is_told(string state)
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var id = await AddAsync(state);

        var response = await CancelAsync(id);

        Assert.Equal("Cancelled", (await response.JsonAsync()).GetProperty("status").GetString());
        Assert.Equal("canceled", await StateAsync(id));
        Assert.Equal(["canceled"], await EventsAsync(id));
        var told = await broker.TakeAsync(Topology.NotifierResults, m => Encoding.UTF8.GetString(m.Body.Span).Contains(id.ToString(), StringComparison.Ordinal));
        Assert.Equal("jobs.finished", told.BasicProperties.Type);
    }

    [Fact]
    public async Task Cancel_of_a_running_job_tells_its_worker_at_once()
    {
        var id = await AddAsync("running");
        await using var listener = await api.Database.OpenConnectionAsync(Cancel);
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Notification += (_, n) => told.TrySetResult(n.Payload);
        await using (var listen = new NpgsqlCommand("listen job_canceled", listener))
        {
            await listen.ExecuteNonQueryAsync(Cancel);
        }

        await CancelAsync(id);

        await listener.WaitAsync(Cancel);
        Assert.Equal(id.ToString(), await told.Task.WaitAsync(Waiting.AtMost, Cancel));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    [InlineData("canceled")]
    public async Task A_job_that_has_ended_stays_as_it_is(string state)
    {
        var id = await AddAsync(state);

        var problem = await (await CancelAsync(id)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Contains(state, problem.Detail(), StringComparison.Ordinal);
        Assert.Equal(state, await StateAsync(id));
    }

    [Fact]
    public async Task Cancel_that_comes_after_the_end_by_a_hair_changes_nothing()
    {
        var id = await AddAsync("running");
        await using var worker = await api.Database.OpenConnectionAsync(Cancel);
        await using var transaction = await worker.BeginTransactionAsync(Cancel);
        await using (var finish = new NpgsqlCommand("update jobs set state = 'completed', finished_at = now() where id = $1", worker, transaction))
        {
            finish.Parameters.AddWithValue(id);
            await finish.ExecuteNonQueryAsync(Cancel);
        }

        var cancel = CancelAsync(id);
        await api.WaitersAsync(1);
        await transaction.CommitAsync(Cancel);

        await (await cancel).ProblemAsync(HttpStatusCode.Conflict);
        Assert.Equal("completed", await StateAsync(id));
        Assert.Empty(await EventsAsync(id));
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("canceled")]
    public async Task A_failed_or_canceled_job_runs_again(string state)
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var id = await AddAsync(state, attempt: 3);

        var response = await RetryAsync(id);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"/jobs/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal("pending", (await response.JsonAsync()).GetProperty("job_status").GetString());
        Assert.Equal(4, await api.ReadAsync<int>("select max_attempts from jobs where id = $1", id));
        Assert.Equal(["retrying"], await EventsAsync(id));
        await broker.TakeAsync(Topology.JobsLow, m => Encoding.UTF8.GetString(m.Body.Span).Contains(id.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("running")]
    [InlineData("completed")]
    public async Task Only_a_failed_or_canceled_job_runs_again(string state)
    {
        var id = await AddAsync(state);

        await (await RetryAsync(id)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Equal(state, await StateAsync(id));
    }

    [Fact]
    public async Task Of_two_retries_at_once_one_queues_the_job()
    {
        var id = await AddAsync("failed");

        var answers = await Task.WhenAll(RetryAsync(id), RetryAsync(id));

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
        Assert.Equal(["retrying"], await EventsAsync(id));
    }

    [Fact]
    public async Task The_numbers_of_events_stay_when_an_instant_job_runs_again()
    {
        var id = await AddAsync("failed");
        await api.ExecuteAsync("insert into job_events (job_id, event, attempt, at, started_at) values ($1, 'failed', 1, now(), now())", id);
        var before = await NumbersAsync(id);
        Assert.Equal(["created", "started", "failed"], before.Select(e => e.Event));

        await RetryAsync(id);

        var after = await NumbersAsync(id);
        Assert.Equal(["created", "started", "failed", "retrying"], after.Select(e => e.Event));
        Assert.Equal(before, after[..3]);
        Assert.Equal(after.Select(e => e.Id).Order(), after.Select(e => e.Id));
    }

    [Fact]
    public async Task Events_tell_a_jobs_history_oldest_first()
    {
        var accepted = await api.Client.PostAsync(Http.Process, Http.Body());
        var id = (await accepted.JsonAsync()).GetProperty("job_id").GetGuid();
        await CancelAsync(id);
        await RetryAsync(id);

        var events = await (await api.Client.GetAsync($"/jobs/{id}/events", Cancel)).JsonAsync();

        Assert.Equal(["created", "canceled", "retrying"], events.EnumerateArray().Select(e => e.GetProperty("event").GetString()));
    }

    [Theory]
    [InlineData("POST", "cancel")]
    [InlineData("POST", "retry")]
    [InlineData("GET", "events")]
    public async Task An_unknown_job_is_404(string method, string action)
    {
        using var unknown = new HttpRequestMessage(new HttpMethod(method), $"/jobs/{Guid.NewGuid()}/{action}");
        using var nonsense = new HttpRequestMessage(new HttpMethod(method), $"/jobs/nonsense/{action}");

        await (await api.Client.SendAsync(unknown, Cancel)).ProblemAsync(HttpStatusCode.NotFound);
        await (await api.Client.SendAsync(nonsense, Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    private async Task<(long Id, string? Event)[]> NumbersAsync(Guid id) =>
        [.. (await (await api.Client.GetAsync($"/jobs/{id}/events", Cancel)).JsonAsync()).EnumerateArray()
            .Select(e => (e.GetProperty("id").GetInt64(), e.GetProperty("event").GetString()))];

    private Task<HttpResponseMessage> CancelAsync(Guid id) => api.Client.PostAsync($"/jobs/{id}/cancel", content: null, Cancel);

    private Task<HttpResponseMessage> RetryAsync(Guid id) => api.Client.PostAsync($"/jobs/{id}/retry", content: null, Cancel);

    private Task<string> StateAsync(Guid id) => api.ReadAsync<string>("select state from jobs where id = $1", id);

    private Task<string[]> EventsAsync(Guid id) =>
        api.ReadAsync<string[]>("select coalesce(array_agg(event order by place), '{}') from job_history where job_id = $1 and event <> 'created'", id);

    private async Task<Guid> AddAsync(string state, int attempt = 1)
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into jobs (id, correlation_id, job_type, payload, state, priority, attempt, max_attempts, timeout_seconds, run_at, created_at, callback_url)
            values ($1, 'c-' || $1, 'sleep', '{"seconds": 0}', $2, 'low', $3, 3, 60, case when $2 = 'scheduled' then now() + interval '1 day' end,
                now(), 'https://example.com/hook')
            """, id, state, attempt);
        return id;
    }
}

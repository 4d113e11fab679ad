using System.Net;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Tests.Jobs;

public sealed class EventStreamTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_tells_what_was_and_what_comes_and_ends_with_the_job()
    {
        var id = await AddAsync();
        using var stream = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        Assert.Equal("created", (await stream.NextAsync())!.Kind);
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());

        await HappenAsync(id, "started", "running");
        Assert.Equal("started", (await stream.NextAsync())!.Kind);
        await ProgressAsync(id, 0.25);
        var progress = await stream.NextAsync();
        Assert.Equal(new ServerEvent(null, "progress", "{\"attempt\":1,\"progress\":0.25}"), progress);
        await HappenAsync(id, "finished", "completed");

        Assert.Equal(["finished"], (await stream.RestAsync()).Select(e => e.Kind));
    }

    [Fact]
    public async Task A_stream_and_the_json_history_give_the_same_events()
    {
        var id = await AddAsync();
        await HappenAsync(id, "started", "running");
        await HappenAsync(id, "failed", "failed");

        using var stream = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        var json = await (await api.Client.GetAsync($"/jobs/{id}/events", Cancel)).JsonAsync();

        var events = await stream.RestAsync();
        Assert.Equal(json.EnumerateArray().Select(e => e.GetRawText()), events.Select(e => e.Data));
        Assert.Equal(json.EnumerateArray().Select(e => e.GetProperty("id").GetRawText()), events.Select(e => e.Id));
    }

    [Fact]
    public async Task Last_event_id_takes_up_without_loss_or_repeat()
    {
        var id = await AddAsync();
        await HappenAsync(id, "started", "running");
        string? last;
        using (var first = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events"))
        {
            await first.NextAsync();
            last = (await first.NextAsync())!.Id;
        }

        await HappenAsync(id, "retrying", "queued");
        using var second = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events", last);
        Assert.Equal("retrying", (await second.NextAsync())!.Kind);
        await HappenAsync(id, "canceled", "canceled");

        Assert.Equal(["canceled"], (await second.RestAsync()).Select(e => e.Kind));
    }

    [Fact]
    public async Task A_stream_that_has_seen_the_end_is_told_not_to_come_again()
    {
        var id = await AddAsync();
        await HappenAsync(id, "canceled", "canceled");
        using var stream = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        var last = (await stream.RestAsync())[^1].Id!;

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{id}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", last);

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_job_that_runs_again_is_followed_beyond_its_first_end()
    {
        var id = await AddAsync();
        await HappenAsync(id, "failed", "failed");
        using (var first = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events"))
        {
            Assert.Equal(2, (await first.RestAsync()).Count);
        }

        await api.Client.PostAsync($"/jobs/{id}/retry", content: null, Cancel);
        using var second = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        Assert.Equal(["created", "failed", "retrying"], [(await second.NextAsync())!.Kind, (await second.NextAsync())!.Kind, (await second.NextAsync())!.Kind]);
        await api.Client.PostAsync($"/jobs/{id}/cancel", content: null, Cancel);

        Assert.Equal(["canceled"], (await second.RestAsync()).Select(e => e.Kind));
    }

    [Fact]
    public async Task An_instant_job_which_notifies_nobody_is_followed_all_the_same()
    {
        var id = await AddAsync(type: "echo");
        using var stream = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        await stream.NextAsync();

        await api.ExecuteAsync("""
            with ended as (update jobs set state = 'completed', attempt = 1, started_at = now(), finished_at = now() where id = $1 returning id)
            insert into job_events (job_id, event, attempt, at, started_at) select id, 'finished', 1, now(), now() from ended
            """, id);

        Assert.Equal(["started", "finished"], (await stream.RestAsync()).Select(e => e.Kind));
    }

    [Fact]
    public async Task Many_streams_hear_of_one_job_over_one_connection()
    {
        var id = await AddAsync();
        var streams = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => EventReader.OpenAsync(api.Client, $"/jobs/{id}/events")));
        await Task.WhenAll(streams.Select(s => s.NextAsync()));

        await HappenAsync(id, "started", "running");
        await HappenAsync(id, "finished", "completed");

        foreach (var rest in await Task.WhenAll(streams.Select(s => s.RestAsync())))
        {
            Assert.Equal(["started", "finished"], rest.Select(e => e.Kind));
        }

        Assert.Equal(1, await api.ReadAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen job_changed%'"));
        Array.ForEach(streams, s => s.Dispose());
    }

    [Fact]
    public async Task What_happened_while_nobody_listened_is_read_when_the_connection_stands_again()
    {
        var id = await AddAsync();
        using var stream = await EventReader.OpenAsync(api.Client, $"/jobs/{id}/events");
        await stream.NextAsync();

        await api.ReadAsync<long>("""
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and query ilike 'listen job_changed%'
            """);
        await HappenAsync(id, "finished", "completed");

        Assert.Equal(["finished"], (await stream.RestAsync()).Select(e => e.Kind));
    }

    [Fact]
    public async Task A_quiet_stream_sends_heartbeats_and_a_full_server_says_so()
    {
        await using var host = api.StartHost(("JobEvents:Heartbeat", "00:00:00.1"), ("JobEvents:MaxStreams", "1"));
        var id = await AddAsync();
        using var stream = await EventReader.OpenAsync(host.Client, $"/jobs/{id}/events");
        await stream.NextAsync();
        Assert.Equal("heartbeat", (await stream.NextAsync())!.Kind);

        using var second = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{id}/events");
        second.Headers.Accept.ParseAdd("text/event-stream");
        await (await host.Client.SendAsync(second, Cancel)).ProblemAsync(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_stopping_server_ends_its_streams()
    {
        var host = api.StartHost();
        var id = await AddAsync();
        using var stream = await EventReader.OpenAsync(host.Client, $"/jobs/{id}/events");
        await stream.NextAsync();

        var stop = host.DisposeAsync().AsTask();

        Assert.Empty(await stream.RestAsync());
        await stop.WaitAsync(Waiting.AtMost, Cancel);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task A_wrong_last_event_id_is_refused(string lastId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{await AddAsync()}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);

        var problem = await (await api.Client.SendAsync(request, Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains("Last-Event-ID", problem.GetProperty("errors").GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>What a worker writes: state, event and notification in one transaction.</summary>
    private Task HappenAsync(Guid id, string name, string state) => api.ExecuteAsync($"""
        with changed as (
            update jobs set state = $3, attempt = greatest(attempt, 1), finished_at = case when $3 in ('completed', 'failed', 'canceled') then now() end
            where id = $1 returning id, attempt
        ), event as (
            insert into job_events (job_id, event, attempt, at) select id, $2, attempt, now() from changed
        )
        select pg_notify('{JobSignals.Changed}', id::text) from changed
        """, id, name, state);

    private Task ProgressAsync(Guid id, double progress) => api.ExecuteAsync($"""
        with changed as (update jobs set progress = $2 where id = $1 returning id)
        select pg_notify('{JobSignals.Changed}', id::text) from changed
        """, id, progress);

    private async Task<Guid> AddAsync(string type = "sleep")
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at)
            values ($1, 'c-' || $1, $2, '{"seconds": 0}', 'queued', 3, 60, now())
            """, id, type);
        return id;
    }
}

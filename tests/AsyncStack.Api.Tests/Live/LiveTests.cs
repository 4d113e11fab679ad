using System.Net;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Live;

public sealed class LiveTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Path = "/api/v1/live";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_begins_by_naming_every_topic_and_tells_the_statistics()
    {
        using var stream = await EventReader.OpenAsync(api.Client, Path);

        var first = (await stream.NextAsync())!;

        Assert.Equal("changed", first.Kind);
        Assert.Contains("\"dead_letters\"", first.Data, StringComparison.Ordinal);
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True((await NextAsync(stream, "stats")).TryGetProperty("worker", out _));
    }

    [Fact]
    public async Task An_accepted_job_is_told_as_lists_show_it_and_told_again_when_it_ends_though_it_notifies_nobody()
    {
        using var stream = await EventReader.OpenAsync(api.Client, Path);
        await stream.NextAsync();

        var id = await AddAsync();
        var accepted = await JobAsync(stream, id, "pending");
        var listed = (await (await api.Client.GetAsync("/jobs?limit=100", Cancel)).JsonAsync()).EnumerateArray().Single(j => j.GetProperty("id").GetGuid() == id);
        Assert.Equal(listed.GetRawText(), accepted.GetRawText());
        await EndAsync(id, "finished", "completed");

        await JobAsync(stream, id, "completed");
    }

    [Fact]
    public async Task What_happened_meanwhile_is_told_first_and_by_any_replica()
    {
        string last;
        using (var stream = await EventReader.OpenAsync(api.Client, Path))
        {
            last = (await stream.NextAsync())!.Id!;
        }

        var (completed, failed) = (await AddAsync(), await AddAsync());
        await EndAsync(completed, "finished", "completed");
        await EndAsync(failed, "failed", "failed");
        await using var other = api.StartHost();
        using var again = await EventReader.OpenAsync(other.Client, Path, last);
        var missed = (await again.NextAsync())!;

        Assert.Equal("missed", missed.Kind);
        using var told = JsonDocument.Parse(missed.Data);
        var ids = told.RootElement.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("id").GetGuid()).ToList();
        Assert.Contains(completed, ids);
        Assert.Contains(failed, ids);
        Assert.True(told.RootElement.GetProperty("created").GetInt32() >= 2);
        Assert.True(told.RootElement.GetProperty("completed").GetInt32() >= 1);
        Assert.True(told.RootElement.GetProperty("failed").GetInt32() >= 1);
    }

    [Fact]
    public async Task What_is_too_long_ago_is_not_counted_but_read_again()
    {
        using var stream = await EventReader.OpenAsync(api.Client, Path, "1000");

        Assert.Equal("changed", (await stream.NextAsync())!.Kind);
    }

    [Fact]
    public async Task What_else_changes_is_told_by_its_topic()
    {
        using var stream = await EventReader.OpenAsync(api.Client, Path);
        await stream.NextAsync();
        // What counts as a change is what differs from the first look.
        await NextAsync(stream, "stats");

        await api.Client.PostAsync("/api/v1/queues/jobs.low/pause", content: null, Cancel);

        while (!(await NextAsync(stream, "changed")).GetProperty("topics").EnumerateArray().Any(t => t.GetString() == "audit"))
        {
        }

        await api.Client.PostAsync("/api/v1/queues/jobs.low/resume", content: null, Cancel);
    }

    [Fact]
    public async Task More_streams_than_the_server_holds_are_refused()
    {
        await using var host = api.StartHost(("Live:MaxStreams", "1"));
        using var stream = await EventReader.OpenAsync(host.Client, Path);
        await stream.NextAsync();

        await (await host.Client.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, Cancel)).ProblemAsync(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_stopping_server_ends_its_streams()
    {
        var host = api.StartHost();
        using var stream = await EventReader.OpenAsync(host.Client, Path);
        await stream.NextAsync();

        var stop = host.DisposeAsync().AsTask();

        await stream.RestAsync();
        await stop.WaitAsync(Waiting.AtMost, Cancel);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    [InlineData("999999999999999999")]
    public async Task A_wrong_last_event_id_is_refused(string lastId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);

        var problem = await (await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Contains("Last-Event-ID", problem.GetProperty("errors").GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JobAsync(EventReader stream, Guid id, string status)
    {
        while (true)
        {
            var told = (await NextAsync(stream, "jobs")).GetProperty("jobs").EnumerateArray()
                .FirstOrDefault(j => j.GetProperty("id").GetGuid() == id && j.GetProperty("job_status").GetString() == status);
            if (told.ValueKind == JsonValueKind.Object)
            {
                return told;
            }
        }
    }

    private static async Task<JsonElement> NextAsync(EventReader stream, string kind)
    {
        while (await stream.NextAsync() is { } next)
        {
            if (next.Kind == kind)
            {
                return JsonElement.Parse(next.Data);
            }
        }

        throw new InvalidOperationException("The stream has ended.");
    }

    private async Task<Guid> AddAsync()
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at)
            values ($1, 'c-' || $1, 'echo', '{}', 'queued', 3, 60, now())
            """, id);
        return id;
    }

    private Task EndAsync(Guid id, string name, string state) => api.ExecuteAsync("""
        with ended as (update jobs set state = $3, attempt = 1, started_at = now(), finished_at = now() where id = $1 returning id)
        insert into job_events (job_id, event, attempt, at, started_at) select id, $2, 1, now(), now() from ended
        """, id, name, state);
}

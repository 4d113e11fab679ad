using System.Net;
using System.Text;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Messaging;
using Npgsql;

namespace AsyncStack.Api.Tests.Jobs;

public sealed class BulkJobTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Cancel = "/api/v1/jobs/cancel";
    private const string Retry = "/api/v1/jobs/retry";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_have_not_ended_are_canceled_and_who_asked_is_told()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var ids = await AddAsync("told-", "queued", count: 1_203, callback: "https://example.com/hook");
        await AddAsync("told-ended-", "completed");
        var other = await AddAsync("untold-", "queued");

        Assert.Equal((1_203, 1_203), await RunAsync(Cancel, """{"filter": {"correlation_id_prefix": "told-"}}"""));

        Assert.Equal(1_203L, await api.ReadAsync<long>("select count(*) from jobs where id = any($1) and state = 'canceled'", ids));
        Assert.Equal(1_203L, await api.ReadAsync<long>("select count(*) from job_events where job_id = any($1) and event = 'canceled'", ids));
        Assert.Equal(1_203L, await api.ReadAsync<long>("""
            select count(*) from audit where action = 'job.cancel' and subject_id = any($1) and details = '{"filter": {"correlation_id_prefix": "told-"}}'
            """, (object)ids.Select(id => id.ToString()).ToArray()));
        Assert.Equal("queued", await StateAsync(other[0]));
        var missing = ids.ToHashSet();
        await broker.TakeAsync(Topology.NotifierResults, m =>
        {
            missing.ExceptWith(AsyncStack.Core.Jobs.JobMessages.ReadIds(m.Body.Span));
            return missing.Count == 0;
        });
    }

    [Fact]
    public async Task Failed_jobs_run_again_and_the_workers_are_told()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var ids = await AddAsync("again-", "failed", count: 3);

        Assert.Equal((3, 3), await RunAsync(Retry, """{"filter": {"correlation_id_prefix": "again-", "state": "failed"}}"""));

        Assert.Equal(3L, await api.ReadAsync<long>("select count(*) from jobs where id = any($1) and state = 'queued' and max_attempts = 2", ids));
        var missing = ids.ToHashSet();
        await broker.TakeAsync(Topology.JobsLow, m =>
        {
            missing.ExceptWith(AsyncStack.Core.Jobs.JobMessages.ReadIds(m.Body.Span));
            return missing.Count == 0;
        });
    }

    [Theory]
    [InlineData("""{"job_type": "metrics"}""", "type")]
    [InlineData("""{"state": "running", "correlation_id_prefix": "f-"}""", "running")]
    [InlineData("""{"dataset_id": "0197d5a0-0000-7000-8000-000000000001"}""", "dataset")]
    [InlineData("""{"created_before": "2001-01-01T00:00:00Z"}""", "old")]
    [InlineData("""{"created_after": "2099-01-01T00:00:00Z"}""", "new")]
    public async Task A_filter_finds_those_it_means(string filter, string expected)
    {
        await api.ExecuteAsync("delete from jobs");
        foreach (var (name, state, type, created, dataset) in new[]
        {
            ("type", "queued", "metrics", "now()", "null"), ("running", "running", "sleep", "now()", "null"), ("old", "queued", "sleep", "'2000-06-01'", "null"),
            ("dataset", "queued", "compare", "now()", "'{0197d5a0-0000-7000-8000-000000000001}'"), ("new", "scheduled", "sleep", "'2100-01-01'", "null"),
        })
        {
            await api.ExecuteAsync($$"""
                insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at, dataset_ids)
                values (gen_random_uuid(), 'f-{{name}}', '{{type}}', '{}', '{{state}}', 1, 60, {{created}}, {{dataset}})
                """);
        }

        Assert.Equal((1, 1), await RunAsync(Cancel, $$"""{"filter": {{filter}}}"""));

        Assert.Equal("f-" + expected, await api.ReadAsync<string>("select correlation_id from jobs where state = 'canceled'"));
    }

    [Fact]
    public async Task All_takes_no_filter_and_a_limit_bounds_what_is_done()
    {
        await api.ExecuteAsync("delete from jobs");
        await AddAsync("limited-", "queued", count: 5);

        Assert.Equal((2, 2), await RunAsync(Cancel, """{"all": true, "limit": 2}"""));
        Assert.Equal((3, 3), await RunAsync(Cancel, """{"all": true}"""));
        Assert.Equal((0, 0), await RunAsync(Cancel, """{"filter": {}, "all": true}"""));
    }

    [Fact]
    public async Task A_job_that_its_worker_is_ending_is_waited_for_and_left_as_it_ended()
    {
        var ids = await AddAsync("held-", "running", count: 2);
        await using var worker = await api.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await worker.BeginTransactionAsync(Cancellation);
        await using (var finish = new NpgsqlCommand("update jobs set state = 'completed', finished_at = now() where id = $1", worker, transaction))
        {
            finish.Parameters.AddWithValue(ids[0]);
            await finish.ExecuteNonQueryAsync(Cancellation);
        }

        var cancel = RunAsync(Cancel, """{"filter": {"correlation_id_prefix": "held-"}}""");
        await api.WaitersAsync(1);
        Assert.Equal("canceled", await StateAsync(ids[1]));
        await transaction.CommitAsync(Cancellation);

        Assert.Equal((2, 1), await cancel);
        Assert.Equal("completed", await StateAsync(ids[0]));
    }

    [Theory]
    [InlineData("{}", "filter")]
    [InlineData("""{"filter": {}}""", "filter")]
    [InlineData("""{"filter": {"job_type": null}}""", "filter")]
    [InlineData("""{"filter": [1]}""", "filter")]
    [InlineData("""{"filter": {"jobtype": "echo"}}""", "filter")]
    [InlineData("""{"filter": {"\ud800": "echo"}}""", "filter")]
    [InlineData("""{"filters": {"job_type": "echo"}, "all": true}""", "body")]
    [InlineData("""{"filter": {"job_type": "echo"}, "all": true}""", "filter")]
    [InlineData("""{"all": "yes"}""", "all")]
    [InlineData("""{"all": true, "limit": 0}""", "limit")]
    [InlineData("""{"all": true, "limit": 10001}""", "limit")]
    [InlineData("""{"filter": {"state": "completed"}}""", "filter.state")]
    [InlineData("""{"filter": {"dataset_id": "x"}}""", "filter.dataset_id")]
    [InlineData("""{"filter": {"created_after": "today"}}""", "filter.created_after")]
    [InlineData("""{"filter": {"created_before": 5}}""", "filter.created_before")]
    [InlineData("""{"filter": {"job_type": "\u0000"}}""", "filter.job_type")]
    [InlineData("""{"filter": {"correlation_id_prefix": ""}}""", "filter.correlation_id_prefix")]
    [InlineData("[]", "body")]
    public async Task A_request_that_is_not_exact_changes_nothing_and_is_told_what_to_mend(string body, string field)
    {
        foreach (var path in new[] { Cancel, Retry })
        {
            var problem = await (await api.Client.PostAsync(path, body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
            Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        }
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused()
    {
        await (await api.Client.PostAsync(Cancel, "{")).ProblemAsync(HttpStatusCode.BadRequest);
        await (await api.Client.PostBytesAsync(Cancel, "{}"u8.ToArray(), "text/plain")).ProblemAsync(HttpStatusCode.UnsupportedMediaType);
        await (await api.Client.PostAsync(Cancel, new string(' ', 70_000))).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task<(int Matched, int Changed)> RunAsync(string path, string body)
    {
        var answer = await api.Client.PostAsync(path, body, ("X-Actor", "tester"));
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        var json = await answer.JsonAsync();
        return (json.GetProperty("matched").GetInt32(), json.GetProperty("changed").GetInt32());
    }

    private Task<string> StateAsync(Guid id) => api.ReadAsync<string>("select state from jobs where id = $1", id);

    private async Task<Guid[]> AddAsync(string prefix, string state, int count = 1, string? callback = null)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await api.ExecuteAsync("""
            insert into jobs (id, correlation_id, job_type, payload, state, priority, attempt, max_attempts, timeout_seconds, created_at, callback_url)
            select id, $2 || id, 'sleep', '{"seconds": 0}', $3, 'low', 1, 1, 60, now(), nullif($4, '') from unnest($1) as i(id)
            """, ids, prefix, state, callback ?? "");
        return ids;
    }
}

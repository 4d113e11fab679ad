using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Workers;

public sealed class WorkerTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_are_shown_with_what_they_run_the_last_started_first()
    {
        var (old, young, job) = (Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddHours(-1)), Guid.CreateVersion7(), Guid.CreateVersion7());
        await api.ExecuteAsync($$"""
            insert into workers (id, host, pid, slots, started_at, lease_until, heartbeat_at, version)
            values ('{{old}}', 'one', 11, 4, now() - interval '1 h', now() - interval '1 s', null, null),
                   ('{{young}}', 'two', 22, 16, now(), now() + interval '1 h', now(), '1.2.3');
            insert into jobs (id, correlation_id, job_type, payload, state, attempt, max_attempts, timeout_seconds, created_at, started_at, worker_id, progress)
            values ('{{job}}', 'c', 'metrics', '{}', 'running', 2, 3, 60, now(), now() - interval '1 min', '{{young}}', 0.25),
                   (gen_random_uuid(), 'd', 'sleep', '{}', 'completed', 1, 3, 60, now(), now(), '{{young}}', 1);
            """);

        var first = await api.Client.GetAsync("/api/v1/workers?limit=1", Cancel);
        var worker = (await first.JsonAsync())[0];
        Assert.Equal((young, "two", 22, "1.2.3", true, 16), (
            worker.GetProperty("id").GetGuid(), worker.GetProperty("host").GetString(), worker.GetProperty("pid").GetInt32(),
            worker.GetProperty("version").GetString(), worker.GetProperty("alive").GetBoolean(), worker.GetProperty("capacity").GetInt32()));
        Assert.True(worker.GetProperty("heartbeat_at").TryGetDateTimeOffset(out _));
        var running = Assert.Single(worker.GetProperty("jobs").EnumerateArray());
        Assert.Equal((job, "metrics", 2, 0.25), (
            running.GetProperty("id").GetGuid(), running.GetProperty("job_type").GetString(),
            running.GetProperty("attempt").GetInt32(), running.GetProperty("progress").GetDouble()));
        Assert.True(running.GetProperty("started_at").TryGetDateTimeOffset(out _));

        var second = (await (await api.Client.GetAsync(first.Next(), Cancel)).JsonAsync())[0];
        Assert.Equal((old, false, 0), (second.GetProperty("id").GetGuid(), second.GetProperty("alive").GetBoolean(), second.GetProperty("jobs").GetArrayLength()));
    }

    [Fact]
    public async Task A_parameter_that_makes_no_sense_is_named() =>
        await (await api.Client.GetAsync("/api/v1/workers?limit=101", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
}

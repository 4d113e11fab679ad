using AsyncStack.Worker.Scheduling;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class SchedulingTests(WorkerFixture servers) : IClassFixture<WorkerFixture>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What another test left would be rescued or queued as well, and the order of tests differs from folder to folder.
    public async ValueTask InitializeAsync() => await servers.ExecuteAsync("delete from jobs; delete from outbox; delete from workers");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Scheduled_job_runs_when_it_is_due()
    {
        await using var worker = await servers.StartAsync(new() { ["Worker:ScheduleInterval"] = "01:00:00" });
        await worker.Logs.SaidAsync("Listening");
        var ids = await servers.Jobs.AddAsync("echo", due: TimeSpan.FromMilliseconds(300));
        await servers.ExecuteAsync("notify job_scheduled");

        await servers.Jobs.StateAsync(ids[0], "completed");

        Assert.True(await servers.Jobs.ScalarAsync<bool>($"select started_at >= run_at or run_at is null and started_at >= created_at + interval '300 ms' from jobs where id = '{ids[0]}'"));
    }

    [Fact]
    public async Task Two_schedulers_queue_each_due_job_once()
    {
        await using var one = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        await servers.Jobs.AddAsync(TestHandlers.Gate, count: 100, due: TimeSpan.FromSeconds(-1));

        var queued = await Task.WhenAll(one.Get<DueJobs>().QueueAsync(Cancellation), other.Get<DueJobs>().QueueAsync(Cancellation));

        Assert.Equal(100, queued.Sum());
        Assert.Equal(100, await servers.Jobs.ScalarAsync<long>("select count(*) from outbox"));
    }

    [Fact]
    public async Task Job_that_is_not_due_stays_scheduled()
    {
        await using var worker = await servers.BuildAsync();
        await servers.Jobs.AddAsync("echo", due: TimeSpan.FromMinutes(1));

        Assert.Equal(0, await worker.Get<DueJobs>().QueueAsync(Cancellation));
        Assert.InRange((await worker.Get<DueJobs>().NextAsync(Cancellation))!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Pruning_deletes_old_jobs_with_their_history_and_spares_young_ones()
    {
        await using var worker = await servers.BuildAsync(new() { ["Worker:Retention"] = "1.00:00:00" });
        var young = await servers.Jobs.AddAsync("echo");
        var old = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-3));
        await servers.ExecuteAsync($"""
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at, finished_at)
            values ('{old}', '{old}', 'echo', '1', 'completed', 1, 1, now() - interval '3 days', now() - interval '3 days');
            insert into job_events (job_id, event, attempt, at) values ('{old}', 'finished', 1, now() - interval '3 days');
            update jobs set state = 'completed', finished_at = now() where id = '{young[0]}';
            insert into idempotency_keys (scope, key, request_hash, status, location, body, expires_at)
            values ('s', 'old', '', 202, '', '', now() - interval '1 s'), ('s', 'new', '', 202, '', '', now() + interval '1 h')
            """);

        await ActivatorUtilities<PruneLoop>(worker).RunOnceAsync(Cancellation);

        Assert.Equal(young[0], await servers.Jobs.ScalarAsync<Guid>($"select id from jobs where id in ('{young[0]}', '{old}')"));
        Assert.Equal(0, await servers.Jobs.ScalarAsync<long>($"select count(*) from job_events where job_id = '{old}'"));
        Assert.Equal("new", await servers.Jobs.ScalarAsync<string>("select key from idempotency_keys"));
    }

    [Fact]
    public async Task Pruning_deletes_old_audit_batch_by_batch_and_spares_what_is_young()
    {
        await using var worker = await servers.BuildAsync(new() { ["Worker:AuditRetention"] = "10.00:00:00" });
        await servers.ExecuteAsync("""
            delete from audit;
            insert into audit (id, at, actor, action, subject_type, subject_id)
            select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, now() - interval '11 days', 'a', 'job.cancel', 'job', 'old'
            from generate_series(1, 2500) i;
            insert into audit (id, at, actor, action, subject_type, subject_id)
            values ('01990000-0000-7000-8000-000000000000', now() - interval '9 days', 'a', 'job.cancel', 'job', 'young')
            """);

        await ActivatorUtilities<PruneLoop>(worker).RunOnceAsync(Cancellation);

        Assert.Equal("young", await servers.Jobs.ScalarAsync<string>("select string_agg(subject_id, ' ') from audit"));
    }

    [Fact]
    public async Task Pruning_deletes_old_events_and_the_marks_of_old_messages()
    {
        await using var worker = await servers.BuildAsync(new() { ["Worker:Retention"] = "1.00:00:00" });
        await servers.ExecuteAsync("""
            insert into processed_events (id, event_type, payload, processed_at)
            select gen_random_uuid(), case when n = 0 then 'young' else 'old' end, '{}', now() - n * interval '2 days' from generate_series(0, 1500) n;
            insert into handled_messages (message_id, handled_at) select gen_random_uuid(), now() - n * interval '2 days' from generate_series(0, 2500) n
            """);

        await ActivatorUtilities<PruneLoop>(worker).RunOnceAsync(Cancellation);

        Assert.Equal("young", await servers.Jobs.ScalarAsync<string>("select event_type from processed_events"));
        Assert.Equal(1, await servers.Jobs.ScalarAsync<long>("select count(*) from handled_messages"));
    }

    [Theory]
    [InlineData(null, 5000)]
    [InlineData(60_000, 5000)]
    [InlineData(200, 200)]
    [InlineData(0, 10)]
    public void Scheduler_sleeps_until_the_next_job_but_neither_long_nor_not_at_all(int? next, int expected) => Assert.Equal(
        TimeSpan.FromMilliseconds(expected),
        SchedulerLoop.SleepFor(next is { } ms ? TimeSpan.FromMilliseconds(ms) : null, TimeSpan.FromSeconds(5)));

    private static T ActivatorUtilities<T>(TestWorker worker)
        where T : notnull => Microsoft.Extensions.DependencyInjection.ActivatorUtilities.CreateInstance<T>(worker.Get<IServiceProvider>());
}

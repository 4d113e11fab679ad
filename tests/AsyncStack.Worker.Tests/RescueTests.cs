using AsyncStack.Worker.Rescue;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class RescueTests(WorkerFixture servers) : IClassFixture<WorkerFixture>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What another test left would be rescued or queued as well, and the order of tests differs from folder to folder.
    public async ValueTask InitializeAsync() => await servers.ExecuteAsync("delete from jobs; delete from outbox; delete from workers");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Rescue_skips_job_whose_worker_still_heartbeats()
    {
        await using var worker = await servers.BuildAsync();
        var id = await RunningAsync(leaseSeconds: 10);

        await worker.Get<LostJobs>().RescueAsync(Cancellation);

        Assert.Equal("running", (await servers.Jobs.ReadAsync(id)).State);
    }

    [Fact]
    public async Task Job_of_a_dead_worker_runs_elsewhere()
    {
        var id = await RunningAsync(leaseSeconds: -1, jobType: "echo");
        await using var worker = await servers.StartAsync();

        var row = await servers.Jobs.StateAsync(id, "completed");

        Assert.Equal(2, row.Attempt);
        Assert.Equal(["retrying", "started", "finished"], await servers.Jobs.EventsAsync(id));
    }

    [Fact]
    public async Task Job_of_a_dead_worker_without_attempts_left_fails()
    {
        await using var worker = await servers.BuildAsync();
        var id = await RunningAsync(leaseSeconds: -1, maxAttempts: 1);

        await worker.Get<LostJobs>().RescueAsync(Cancellation);

        var row = await servers.Jobs.ReadAsync(id);
        Assert.Equal(("failed", "worker lost"), (row.State, row.Error));
    }

    [Fact]
    public async Task Two_workers_that_rescue_at_once_take_each_job_once()
    {
        await using var one = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        for (var i = 0; i < 20; i++)
        {
            await RunningAsync(leaseSeconds: -1);
        }

        var taken = await Task.WhenAll(one.Get<LostJobs>().RescueAsync(Cancellation), other.Get<LostJobs>().RescueAsync(Cancellation));

        Assert.Equal(20, taken.Sum());
    }

    [Fact]
    public async Task Dead_worker_is_forgotten_once_it_has_no_jobs()
    {
        await using var worker = await servers.BuildAsync();
        await RunningAsync(leaseSeconds: -100);
        await worker.Get<LostJobs>().ForgetDeadWorkersAsync(Cancellation);
        Assert.Equal(1, await servers.Jobs.ScalarAsync<long>("select count(*) from workers where lease_until < now() - interval '90 s'"));

        await servers.ExecuteAsync("delete from jobs");
        await worker.Get<LostJobs>().ForgetDeadWorkersAsync(Cancellation);

        Assert.Equal(0, await servers.Jobs.ScalarAsync<long>("select count(*) from workers where lease_until < now() - interval '90 s'"));
    }

    [Fact]
    public async Task Queued_job_whose_message_is_gone_is_told_of_again()
    {
        var ids = await servers.Jobs.AddAsync("echo");
        await servers.ExecuteAsync($"update jobs set queued_at = now() - interval '1 minute' where id = '{ids[0]}'");

        await using var worker = await servers.StartAsync();

        await servers.Jobs.StateAsync(ids[0], "completed");
    }

    [Fact]
    public async Task Queued_job_whose_message_waits_in_the_outbox_is_left_alone()
    {
        await using var worker = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync("echo");
        await servers.ExecuteAsync($"""
            update jobs set queued_at = now() - interval '1 minute' where id = '{ids[0]}';
            insert into outbox (id, exchange, routing_key, type, body, created_at)
            values (gen_random_uuid(), 'asyncstack.jobs', 'jobs.default', 'jobs', '[]', now() - interval '1 minute')
            """);

        Assert.Equal(0, await worker.Get<OrphanedJobs>().RedispatchAsync(Cancellation));
    }

    [Fact]
    public async Task External_job_past_its_deadline_is_tried_again_and_fails_in_the_end()
    {
        await using var worker = await servers.BuildAsync();
        var id = await RunningAsync(leaseSeconds: null, jobType: "external:x", maxAttempts: 2);

        await worker.Get<LostJobs>().RescueAsync(Cancellation);
        Assert.Equal("scheduled", (await servers.Jobs.ReadAsync(id)).State);
        await servers.ExecuteAsync($"update jobs set state = 'running', attempt = 2, run_at = null, deadline_at = now() - interval '1 s' where id = '{id}'");
        await worker.Get<LostJobs>().RescueAsync(Cancellation);

        var row = await servers.Jobs.ReadAsync(id);
        Assert.Equal(("failed", "timed out after 60s"), (row.State, row.Error));
    }

    /// <summary>A job that a worker with that lease has claimed; without one it was handed outside.</summary>
    private async Task<Guid> RunningAsync(int? leaseSeconds, string jobType = TestHandlers.Gate, int maxAttempts = 3)
    {
        var id = (await servers.Jobs.AddAsync(jobType, maxAttempts: maxAttempts))[0];
        var worker = leaseSeconds is null ? "null" : $"'{Guid.CreateVersion7()}'";
        var lease = leaseSeconds is null ? "" : $"""
            insert into workers (id, host, pid, slots, started_at, lease_until)
            values ({worker}, 'elsewhere', 1, 1, now(), now() + interval '{leaseSeconds} s');
            """;
        await servers.ExecuteAsync($"""
            {lease}
            update jobs set state = 'running', attempt = 1, worker_id = {worker}::uuid, deadline_at = now() - interval '1 s' where id = '{id}'
            """);
        return id;
    }
}

using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Rescue;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class PauseTests(WorkerFixture servers) : IClassFixture<WorkerFixture>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await servers.ExecuteAsync("delete from jobs; delete from outbox; delete from workers; delete from queue_controls");
        await servers.Broker.EmptyAsync([Topology.JobsHigh, Topology.JobsDefault, Topology.JobsLow]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // A queue tells of a consumer that came or went a moment later.
    private Task ConsumedAsync(string queue, uint consumers) =>
        Waiting.ForAsync(async () => await servers.Broker.LookAsync(queue) == (0u, consumers));

    [Fact]
    public async Task Nothing_of_a_paused_queue_starts_until_it_is_resumed_and_other_queues_go_on()
    {
        await using var worker = await servers.StartAsync();
        await worker.Logs.SaidAsync("Listening");
        await SetAsync(paused: true);
        await worker.Logs.SaidAsync("QueueHeld");
        worker.Handling.Release();

        var (slow, instant) = (await servers.Jobs.SubmitAsync(TestHandlers.Gate), await servers.Jobs.SubmitAsync("echo"));
        var high = await servers.Jobs.AddAsync(TestHandlers.Gate, priority: "high");
        await servers.Jobs.TellAsync(TestHandlers.Gate, high, "high");
        await servers.Jobs.StateAsync(high[0], "completed");

        Assert.Equal((2u, 0u), await servers.Broker.LookAsync(Topology.JobsDefault));
        Assert.Equal(("queued", "queued"), ((await servers.Jobs.ReadAsync(slow)).State, (await servers.Jobs.ReadAsync(instant)).State));

        await SetAsync(paused: false);

        await servers.Jobs.StateAsync([slow, instant], "completed");
    }

    [Fact]
    public async Task Worker_that_starts_while_a_queue_is_paused_does_not_consume_it()
    {
        await SetAsync(paused: true);
        var id = await servers.Jobs.SubmitAsync("echo");

        await using var worker = await servers.StartAsync();
        await worker.Logs.SaidAsync("Started");

        Assert.Equal((1u, 0u), await servers.Broker.LookAsync(Topology.JobsDefault));
        await ConsumedAsync(Topology.JobsHigh, 1);
        Assert.Equal("queued", (await servers.Jobs.ReadAsync(id)).State);
        await SetAsync(paused: false);
        await servers.Jobs.StateAsync(id, "completed");
    }

    [Fact]
    public async Task What_waits_for_a_slot_goes_back_and_what_runs_goes_on()
    {
        await using var worker = await servers.StartAsync(new() { ["Worker:Concurrency"] = "1" });
        await worker.Logs.SaidAsync("Listening");
        var running = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        Guid[] waiting = [await servers.Jobs.SubmitAsync(TestHandlers.Gate), await servers.Jobs.SubmitAsync(TestHandlers.Gate)];
        await Waiting.ForAsync(() => worker.Get<JobConsumers>().Waiting.Count == 2);

        await SetAsync(paused: true);
        await worker.Logs.SaidAsync("QueueHeld");
        await Waiting.ForAsync(async () => await servers.Broker.LookAsync(Topology.JobsDefault) == (2u, 0u));
        worker.Handling.Release();
        await servers.Jobs.StateAsync(running, "completed");

        // The slot is free, and the worker has looked for more.
        await Waiting.ForAsync(() => worker.Get<Execution.Slots>().Free == 1);
        Assert.Equal((2u, 0u), await servers.Broker.LookAsync(Topology.JobsDefault));
        await SetAsync(paused: false);
        await servers.Jobs.StateAsync(waiting, "completed");
    }

    [Fact]
    public async Task Worker_that_resumes_by_itself_leaves_a_paused_queue_alone()
    {
        await using var worker = await servers.StartAsync();
        await worker.Logs.SaidAsync("Listening");
        await SetAsync(paused: true);
        await worker.Logs.SaidAsync("QueueHeld");

        await worker.Get<JobConsumers>().HandBackAsync();
        await ConsumedAsync(Topology.JobsHigh, 0);
        await worker.Get<JobConsumers>().ResumeAsync();

        await ConsumedAsync(Topology.JobsHigh, 1);
        await ConsumedAsync(Topology.JobsDefault, 0);
    }

    [Fact]
    public async Task Pause_that_was_told_while_the_connection_was_down_is_found_afterwards()
    {
        await using var worker = await servers.StartAsync();
        await worker.Logs.SaidAsync("Listening");
        await servers.ExecuteAsync("insert into queue_controls values ('jobs.default', true, now(), 'test')");

        await servers.ExecuteAsync("""
            select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%listen %queue_controls%' and pid <> pg_backend_pid()
            """);

        await worker.Logs.SaidAsync("QueueHeld");
        await ConsumedAsync(Topology.JobsDefault, 0);
    }

    [Fact]
    public async Task Jobs_of_a_paused_queue_are_not_taken_for_lost()
    {
        await using var worker = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync("echo");
        await servers.ExecuteAsync($"update jobs set queued_at = now() - interval '1 minute' where id = '{ids[0]}'");

        await SetAsync(paused: true);
        Assert.Equal(0, await worker.Get<OrphanedJobs>().RedispatchAsync(Cancellation));
        await SetAsync(paused: false);
        Assert.Equal(1, await worker.Get<OrphanedJobs>().RedispatchAsync(Cancellation));
    }

    [Fact]
    public void Closed_backlog_refuses_messages_of_its_rank_and_keeps_what_came_from_within()
    {
        using var signal = new Signal();
        var backlog = new Backlog(signal);
        var (message, within, high) = (Message(1), new JobDelivery(null, [Guid.NewGuid()], 1), Message(0));
        Assert.True(backlog.TryAdd(message) && backlog.TryAdd(within) && backlog.TryAdd(high));

        Assert.Equal([message], backlog.Close(1));

        Assert.False(backlog.TryAdd(message));
        Assert.True(backlog.TryAdd(within));
        Assert.Equal(3, backlog.Count);
        Assert.Equal([high, within, within], backlog.Drain());
        backlog.Open(1);
        Assert.True(backlog.TryAdd(message));

        static JobDelivery Message(int rank) => new(new Delivery(null!, 1, "", "", "", null!, []), [Guid.NewGuid()], rank);
    }

    [Fact]
    public async Task Worker_says_its_version_and_when_it_last_gave_a_sign()
    {
        await using var worker = await servers.StartAsync();

        await Waiting.ForAsync(() => servers.Jobs.ScalarAsync<bool>(
            "select exists (select from workers where version <> '' and heartbeat_at > started_at and heartbeat_at < lease_until)"));
    }

    private Task SetAsync(bool paused) => servers.ExecuteAsync($"""
        insert into queue_controls values ('jobs.default', {paused}, now(), 'test') on conflict (queue) do update set paused = excluded.paused;
        notify {QueueControls.Changed}
        """);
}

using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Tests.Support;
using Npgsql;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class ClaimTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_workers_that_claim_the_same_jobs_share_them_without_overlap()
    {
        await using var one = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync(TestHandlers.Gate, count: 200);

        var claims = await Task.WhenAll(
            one.Get<JobClaims>().ClaimAsync(ids, Cancellation), other.Get<JobClaims>().ClaimAsync([.. ids.Reverse()], Cancellation));

        Assert.Equal(ids.Order(), claims.SelectMany(c => c).Select(j => j.Id).Order());
        await servers.ExecuteAsync("delete from jobs");
    }

    [Fact]
    public async Task Claim_waits_for_an_uncommitted_cancel_and_then_leaves_the_job()
    {
        await using var worker = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync(TestHandlers.Gate);
        await using var connection = await servers.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var cancel = new NpgsqlCommand("update jobs set state = 'canceled' where id = $1", connection) { Parameters = { new() { Value = ids[0] } } })
        {
            await cancel.ExecuteNonQueryAsync(Cancellation);
        }

        var claim = worker.Get<JobClaims>().ClaimAsync(ids, Cancellation);
        Assert.False(claim.IsCompleted);
        await transaction.CommitAsync(Cancellation);

        Assert.Empty(await claim);
        Assert.Equal(0, (await servers.Jobs.ReadAsync(ids[0])).Attempt);
    }

    [Fact]
    public async Task Claim_whose_answer_was_lost_is_found_again_by_its_worker_only()
    {
        await using var worker = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync(TestHandlers.Gate);
        await worker.Get<JobClaims>().ClaimAsync(ids, Cancellation);

        Assert.Equal(1, Assert.Single(await worker.Get<JobClaims>().FindOwnAsync(ids, Cancellation)).Attempt);
        Assert.Empty(await other.Get<JobClaims>().FindOwnAsync(ids, Cancellation));
        await servers.ExecuteAsync("delete from jobs");
    }

    [Fact]
    public async Task Duplicate_deliveries_run_a_job_once()
    {
        await using var worker = await servers.StartAsync();
        var ids = await servers.Jobs.AddAsync(TestHandlers.Gate);
        for (var i = 0; i < 3; i++)
        {
            await servers.Jobs.TellAsync(TestHandlers.Gate, ids);
        }

        var later = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        await worker.Handling.NextAsync();
        worker.Handling.Release();
        await servers.Jobs.StateAsync([ids[0], later], "completed");

        Assert.Equal([ids[0], later], worker.Handling.Runs.Order());
        Assert.Equal(["started", "finished"], await servers.Jobs.EventsAsync(ids[0]));
    }

    [Fact]
    public async Task Job_canceled_while_queued_never_starts()
    {
        await using var worker = await servers.StartAsync();
        var canceled = await servers.Jobs.AddAsync(TestHandlers.Gate);
        await servers.ExecuteAsync($"update jobs set state = 'canceled' where id = '{canceled[0]}'");
        await servers.Jobs.TellAsync(TestHandlers.Gate, canceled);
        var later = await servers.Jobs.SubmitAsync(TestHandlers.Gate);

        worker.Handling.Release();
        await servers.Jobs.StateAsync(later, "completed");

        Assert.Equal([later], worker.Handling.Runs);
        Assert.Empty(await servers.Jobs.EventsAsync(canceled[0]));
    }

    [Fact]
    public async Task High_priority_is_claimed_before_low_when_a_slot_frees()
    {
        await using var worker = await servers.StartAsync(new() { ["Worker:Concurrency"] = "1" });
        var first = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        var low = await servers.Jobs.AddAsync(TestHandlers.Gate, priority: "low");
        await servers.Jobs.TellAsync(TestHandlers.Gate, low, "low");
        var high = await servers.Jobs.AddAsync(TestHandlers.Gate, priority: "high");
        await servers.Jobs.TellAsync(TestHandlers.Gate, high, "high");
        await Waiting.ForAsync(() => worker.Get<JobConsumers>().Waiting.Count == 2);

        worker.Handling.Release();
        await servers.Jobs.StateAsync([first, low[0], high[0]], "completed");

        Assert.Equal([first, high[0], low[0]], worker.Handling.Runs);
    }

    [Fact]
    public async Task Worker_with_full_slots_hands_waiting_jobs_to_one_with_room()
    {
        var one = new Dictionary<string, string?> { ["Worker:Concurrency"] = "1" };
        await using var full = await servers.StartAsync(one);
        var first = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await full.Handling.NextAsync();
        var second = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await Waiting.ForAsync(() => full.Get<JobConsumers>().Waiting.Count == 1);

        await using var free = await servers.StartAsync(one);
        Assert.Equal(second, (await free.Handling.NextAsync()).JobId);

        full.Handling.Release();
        free.Handling.Release();
        await servers.Jobs.StateAsync([first, second], "completed");
    }

    [Fact]
    public async Task Instant_jobs_flow_past_jobs_that_wait_for_a_slot()
    {
        await using var worker = await servers.StartAsync(new() { ["Worker:Concurrency"] = "1" });
        var running = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        var waiting = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        var echo = await servers.Jobs.SubmitAsync("echo", """{"a": 1}""");

        await servers.Jobs.StateAsync(echo, "completed");
        Assert.Equal("queued", (await servers.Jobs.ReadAsync(waiting)).State);

        worker.Handling.Release();
        await servers.Jobs.StateAsync([running, waiting], "completed");
    }
}

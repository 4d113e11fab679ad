using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class InstantTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task Echo_answers_its_payload_byte_for_byte()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync("echo", """{ "b": 1.00,  "a": "é" }""");

        var row = await servers.Jobs.StateAsync(id, "completed");

        Assert.Equal("""{ "b": 1.00,  "a": "é" }""", row.Result);
        Assert.Equal(1, row.Attempt);
        Assert.Equal(["started", "finished"], await servers.Jobs.EventsAsync(id));
    }

    [Fact]
    public async Task Many_jobs_of_one_message_all_complete()
    {
        await using var worker = await servers.StartAsync();
        var ids = await servers.Jobs.AddAsync("echo", "[1]", count: 1000);
        await servers.Jobs.TellAsync("echo", ids);

        await servers.Jobs.StateAsync(ids, "completed");

        Assert.Equal(3000, await servers.Jobs.ScalarAsync<long>($"select count(*) from job_history where job_id = any('{{{string.Join(',', ids)}}}')"));
    }

    [Fact]
    public async Task Two_workers_that_run_the_same_instant_jobs_end_each_once()
    {
        await using var one = await servers.BuildAsync();
        await using var other = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync("echo", count: 200);
        var delivery = new JobDelivery(null, ids, 1);

        await Task.WhenAll(one.Get<InstantLoop>().RunOnceAsync([delivery]), other.Get<InstantLoop>().RunOnceAsync([delivery]));

        await servers.Jobs.StateAsync(ids, "completed");
        Assert.Equal(600, await servers.Jobs.ScalarAsync<long>($"select count(*) from job_history where job_id = any('{{{string.Join(',', ids)}}}')"));
    }

    [Fact]
    public async Task Instant_job_that_was_canceled_stays_canceled()
    {
        await using var worker = await servers.BuildAsync();
        var ids = await servers.Jobs.AddAsync("echo");
        await servers.ExecuteAsync($"update jobs set state = 'canceled' where id = '{ids[0]}'");

        await worker.Get<InstantLoop>().RunOnceAsync([new JobDelivery(null, ids, 1)]);

        Assert.Equal("canceled", (await servers.Jobs.ReadAsync(ids[0])).State);
        Assert.Empty(await servers.Jobs.EventsAsync(ids[0]));
    }

    [Fact]
    public async Task Instant_job_that_throws_is_retried_by_itself_and_spares_the_others()
    {
        await using var worker = await servers.StartAsync();
        var bad = await servers.Jobs.AddAsync(TestHandlers.Throw, maxAttempts: 2);
        var good = await servers.Jobs.AddAsync("echo", count: 5);

        await servers.Jobs.TellInstantAsync([.. bad, .. good]);

        await servers.Jobs.StateAsync(good, "completed");
        var row = await servers.Jobs.StateAsync(bad[0], "failed");
        Assert.Equal(2, row.Attempt);
    }
}

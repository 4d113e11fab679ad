using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class StopTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task Stopping_worker_lets_running_jobs_end()
    {
        await using var worker = await servers.StartAsync();
        var id = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        var stop = worker.StopAsync();
        await worker.Logs.SaidAsync("Draining");
        worker.Handling.Release();
        await stop;

        Assert.Equal("completed", (await servers.Jobs.ReadAsync(id)).State);
        Assert.Equal(0, await servers.Jobs.ScalarAsync<long>("select count(*) from workers"));
    }

    [Theory]
    [InlineData(TestHandlers.Gate)]
    [InlineData(TestHandlers.Hang)]
    public async Task Job_that_does_not_end_in_time_goes_back_and_runs_elsewhere_at_once(string jobType)
    {
        var worker = await servers.StartAsync(new() { ["Worker:DrainTimeout"] = "00:00:00.1" });
        var id = await servers.Jobs.SubmitAsync(jobType, maxAttempts: 1);
        await worker.Handling.NextAsync();
        await worker.DisposeAsync();
        Assert.Equal("queued", (await servers.Jobs.ReadAsync(id)).State);

        await using var other = await servers.StartAsync();
        await other.Handling.NextAsync();
        other.Handling.Release();

        await servers.Jobs.StateAsync(id, "completed");
        Assert.Equal(["started", "retrying", "started", "finished"], await servers.Jobs.EventsAsync(id));
    }

    [Fact]
    public async Task Jobs_that_wait_for_a_slot_go_back_to_the_broker()
    {
        var worker = await servers.StartAsync(new() { ["Worker:Concurrency"] = "1" });
        var running = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        var waiting = await servers.Jobs.SubmitAsync("sleep", """{"seconds": 0}""");
        await Waiting.ForAsync(() => worker.Get<Consuming.JobConsumers>().Waiting.Count == 1);
        var stop = worker.StopAsync();
        await worker.Logs.SaidAsync("Draining");

        await using var other = await servers.StartAsync();
        await servers.Jobs.StateAsync(waiting, "completed");

        worker.Handling.Release();
        await stop;
        await worker.DisposeAsync();
        Assert.Equal("completed", (await servers.Jobs.ReadAsync(running)).State);
    }
}

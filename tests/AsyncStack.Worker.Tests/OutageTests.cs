using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class OutageTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task Database_outage_loses_neither_waiting_nor_running_jobs()
    {
        await using var worker = await servers.StartAsync();
        var running = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        var instant = await servers.Jobs.AddAsync("echo", count: 100);
        var waiting = await servers.Jobs.AddAsync("sleep", """{"seconds": 0}""", count: 3);

        await using (await servers.CloseDatabaseAsync())
        {
            await servers.Jobs.TellAsync("echo", instant);
            await servers.Jobs.TellAsync("sleep", waiting);
            worker.Handling.Release();
            await worker.Logs.SaidAsync("InstantFailed");
            await worker.Logs.SaidAsync("ClaimFailed");
            await worker.Logs.SaidAsync("WriteFailed");
        }

        await servers.Jobs.StateAsync([running, .. instant, .. waiting], "completed");
        Assert.Equal(["started", "finished"], await servers.Jobs.EventsAsync(running));
    }

    [Fact]
    public async Task Worker_consumes_again_after_the_broker_was_away()
    {
        await using var wire = new Wire(servers.BrokerAddress.Host, servers.BrokerAddress.Port);
        await using var worker = await servers.StartAsync(broker: new UriBuilder(servers.BrokerAddress) { Host = "127.0.0.1", Port = wire.Port }.Uri);
        var before = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();

        wire.Break();
        var after = await servers.Jobs.SubmitAsync("echo");
        await servers.Jobs.StateAsync(after, "completed");
        worker.Handling.Release();

        await servers.Jobs.StateAsync(before, "completed");
        Assert.Equal([before], worker.Handling.Runs);
    }
}

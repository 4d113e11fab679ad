using AsyncStack.Testing;
using AsyncStack.Worker.Tests.Support;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class RestartTests(WorkerFixture servers, TestServers machines) : IClassFixture<WorkerFixture>
{
    [Fact]
    public async Task Jobs_accepted_before_and_while_the_broker_restarts_all_run_once()
    {
        await using var worker = await servers.StartAsync(new() { ["Worker:Concurrency"] = "1" });
        var running = await servers.Jobs.SubmitAsync(TestHandlers.Gate);
        await worker.Handling.NextAsync();
        var waiting = await servers.Jobs.SubmitAsync(TestHandlers.Gate);

        await machines.StopAsync(Servers.RabbitMQ, TestContext.Current.CancellationToken);
        var accepted = await servers.Jobs.AddAsync("echo");
        await servers.ExecuteAsync($"""
            insert into outbox (id, exchange, routing_key, type, body, created_at)
            values (gen_random_uuid(), 'asyncstack.jobs', 'jobs.default', 'jobs.instant', '["{accepted[0]}"]', now() - interval '1 minute')
            """);
        await machines.StartAsync(Servers.RabbitMQ, TestContext.Current.CancellationToken);
        await servers.Jobs.StateAsync(accepted[0], "completed");
        worker.Handling.Release();

        await servers.Jobs.StateAsync([running, waiting], "completed");
        Assert.Equal([running, waiting], worker.Handling.Runs);
    }
}

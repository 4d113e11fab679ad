using AsyncStack.Notifier.Tests.Support;
using AsyncStack.Testing;

namespace AsyncStack.Notifier.Tests;

[Collection(ServersCollection.Name)]
public sealed class OutageTests(NotifierFixture servers, TestServers machines) : IClassFixture<NotifierFixture>
{
    [Fact]
    public async Task After_a_restart_of_the_broker_every_finished_job_is_told_once()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        await servers.Rows.WaitAsync(await servers.Jobs.FinishAsync(receiver.Url), "delivered");

        await machines.RestartAsync(Servers.RabbitMQ, TestContext.Current.CancellationToken);
        await servers.ReconnectAsync();

        // More than one, so that a consumer left over from before the restart would take its share and be noticed.
        for (var i = 0; i < 10; i++)
        {
            await servers.Rows.WaitAsync(await servers.Jobs.FinishAsync(receiver.Url), "delivered");
        }

        Assert.Equal(11, receiver.Count);
    }

    [Fact]
    public async Task Jobs_told_while_the_database_is_away_are_delivered_when_it_is_back()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var notifier = await servers.StartAsync();
        var job = await servers.Jobs.InsertAsync(receiver.Url);

        await machines.StopAsync(Servers.Postgres, TestContext.Current.CancellationToken);
        await servers.Jobs.TellAsync(job);
        await machines.StartAsync(Servers.Postgres, TestContext.Current.CancellationToken);

        Assert.True(Secrets.Verify(await receiver.NextAsync(), Secrets.Current));
        await servers.ReconnectAsync();
        await servers.Rows.WaitAsync(job, "delivered");
        Assert.Equal(1, receiver.Count);
    }
}

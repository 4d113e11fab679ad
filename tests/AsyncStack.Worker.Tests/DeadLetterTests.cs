using System.Text;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using AsyncStack.Worker.Tests.Support;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests;

[Collection(ServersCollection.Name)]
public sealed class DeadLetterTests(WorkerFixture servers) : IClassFixture<WorkerFixture>
{
    [Theory]
    [InlineData("not json", MessageTypes.Jobs)]
    [InlineData("[1, 2]", MessageTypes.InstantJobs)]
    [InlineData("[]", "something.else")]
    public async Task Poison_message_is_kept_with_its_reason_and_blocks_nobody(string body, string type)
    {
        await using var worker = await servers.StartAsync();
        var key = Guid.NewGuid().ToString();

        await servers.Broker.PublishAsync(
            Topology.JobsExchange, Topology.JobsDefault, Encoding.UTF8.GetBytes(body), new BasicProperties { Type = type, CorrelationId = key });
        var next = await servers.Jobs.SubmitAsync("echo");

        await servers.Jobs.StateAsync(next, "completed");
        await KeptAsync(key, 1);
        Assert.Equal(body, await servers.Jobs.ScalarAsync<string>($"select convert_from(body, 'UTF8') from dead_letters where correlation_id = '{key}'"));
        Assert.Equal(0u, await servers.Broker.CountAsync(Topology.DeadLetters));
    }

    [Fact]
    public async Task What_the_broker_gave_up_is_kept_with_where_it_died()
    {
        var key = Guid.NewGuid().ToString();
        await servers.Broker.PublishAsync(
            Topology.JobsExchange, Topology.NotifierResults, "[]"u8.ToArray(), new BasicProperties { Type = "t", CorrelationId = key, MessageId = key });
        await servers.Broker.RejectAsync(Topology.NotifierResults, key);

        await using var worker = await servers.StartAsync();

        await KeptAsync(key, 1);
        Assert.Equal(
            "notifier.results|asyncstack.jobs|notifier.results|The broker gave it up: rejected.",
            await servers.Jobs.ScalarAsync<string>($"select concat_ws('|', queue, exchange, routing_key, reason) from dead_letters where correlation_id = '{key}'"));
    }

    [Fact]
    public async Task Message_that_dies_twice_is_kept_once()
    {
        await using var worker = await servers.BuildAsync();
        var key = Guid.NewGuid().ToString();
        var properties = new BasicProperties { MessageId = key, CorrelationId = key };
        var store = worker.Get<DeadLetterStore>();
        var origin = new DeadLetterOrigin("q", "why", "", "q");

        await store.AddAsync(origin, properties, "1"u8.ToArray(), TestContext.Current.CancellationToken);
        await store.AddAsync(origin, properties, "1"u8.ToArray(), TestContext.Current.CancellationToken);
        await KeptAsync(key, 1);
        await store.AddAsync(origin, properties, "another body"u8.ToArray(), TestContext.Current.CancellationToken);

        await KeptAsync(key, 2);
    }

    private Task<long> KeptAsync(string correlationId, int count) => servers.Jobs.UntilAsync(
        () => servers.Jobs.ScalarAsync<long>($"select count(*) from dead_letters where correlation_id = '{correlationId}'"), n => n == count);
}

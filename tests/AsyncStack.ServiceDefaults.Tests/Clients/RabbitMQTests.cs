using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.ServiceDefaults.Tests.Clients;

[Collection(ClientServersCollection.Name)]
public sealed class RabbitMQTests(ClientServers servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_makes_the_round()
    {
        await using var service = await StartAsync(servers.RabbitMQConnectionString);
        var connection = service.Get<IConnection>();

        Assert.Equal("hello", await RoundTripAsync(connection, "hello"));
        Assert.NotEmpty(connection.ClientProvidedName!);
        Assert.Equal("""{"status":"healthy"}""", await service.Client.GetStringAsync("/health", Stop));
    }

    [Fact]
    public async Task The_factory_takes_its_settings_from_configuration_then_from_code()
    {
        await using var service = await TestService.StartAsync(
            builder => builder.AddRabbitMQClient("mq", configureConnectionFactory: factory => factory.ClientProvidedName = "mine"),
            settings: new()
            {
                ["ConnectionStrings:mq"] = "amqp://someone:secret@broker.internal:5673/jobs",
                ["Aspire:RabbitMQ:Client:ConnectionFactory:ConsumerDispatchConcurrency"] = "8",
                ["Aspire:RabbitMQ:Client:ConnectionFactory:ClientProvidedName"] = "theirs",
            });

        var factory = (ConnectionFactory)service.Get<IConnectionFactory>();

        Assert.Equal((8, "mine"), (factory.ConsumerDispatchConcurrency, factory.ClientProvidedName));
        Assert.Equal(("broker.internal", 5673, "someone", "jobs"), (factory.Endpoint.HostName, factory.Endpoint.Port, factory.UserName, factory.VirtualHost));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)), (factory.NetworkRecoveryInterval, factory.RequestedHeartbeat));
    }

    [Fact]
    public async Task The_start_waits_for_a_broker_that_is_not_up_yet()
    {
        var (wire, address) = WireTo(servers.RabbitMQConnectionString);
        await using var _ = wire;
        await wire.CutAsync();
        using var retrying = new LogSignal("RabbitMQ does not take connections yet");
        await using var service = await StartAsync(address, retrying);

        var connecting = Task.Run(service.Get<IConnection>, Stop);
        await retrying.Seen;
        wire.Mend();

        Assert.True((await connecting).IsOpen);
    }

    [Fact]
    public async Task Without_retries_an_absent_broker_is_told_at_once()
    {
        var (wire, address) = WireTo(servers.RabbitMQConnectionString);
        await using var _ = wire;
        await wire.CutAsync();
        await using var service = await TestService.StartAsync(
            builder => builder.AddRabbitMQClient("mq", settings => settings.MaxConnectRetryCount = 0),
            settings: new() { ["ConnectionStrings:mq"] = address });

        Assert.Throws<BrokerUnreachableException>(service.Get<IConnection>);
    }

    [Fact]
    public async Task A_connection_that_was_lost_recovers_and_health_follows()
    {
        var (wire, address) = WireTo(servers.RabbitMQConnectionString);
        await using var _ = wire;
        using var lost = new LogSignal("RabbitMQ connection lost");
        using var recovered = new LogSignal("RabbitMQ connection recovered");
        await using var service = await StartAsync(address, lost, recovered);
        var connection = service.Get<IConnection>();

        await wire.CutAsync();
        await lost.Seen;
        using var down = await service.Client.GetAsync("/health", Stop);
        wire.Mend();
        await recovered.Seen;

        Assert.Equal(
            """{"status":"unhealthy","checks":{"RabbitMQ.Client":"RabbitMQ is not connected"}}""",
            await down.Content.ReadAsStringAsync(Stop));
        Assert.Equal("again", await RoundTripAsync(connection, "again"));
    }

    private static async Task<string> RoundTripAsync(IConnection connection, string text)
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Stop);
        var queue = await channel.QueueDeclareAsync(cancellationToken: Stop);
        await channel.BasicPublishAsync("", queue.QueueName, mandatory: true, Encoding.UTF8.GetBytes(text), Stop);
        var delivery = await channel.BasicGetAsync(queue.QueueName, autoAck: true, Stop);
        return Encoding.UTF8.GetString(delivery!.Body.Span);
    }

    private static (Wire Wire, string Address) WireTo(string broker)
    {
        var uri = new Uri(broker);
        var wire = new Wire(uri.Host, uri.Port);
        return (wire, new UriBuilder(uri) { Host = "127.0.0.1", Port = wire.Port }.Uri.ToString());
    }

    private static Task<TestService> StartAsync(string connectionString, params ILoggerProvider[] loggers) =>
        TestService.StartAsync(
            builder =>
            {
                foreach (var logger in loggers)
                    builder.Logging.AddProvider(logger);
                builder.AddRabbitMQClient("mq");
            },
            settings: new() { ["ConnectionStrings:mq"] = connectionString, ["Health:CacheFor"] = "00:00:00" });
}

using AsyncStack.Core;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Egress;
using AsyncStack.Notifier.Tests.Support;
using AsyncStack.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace AsyncStack.Notifier.Tests.Support;

/// <summary>The servers of this assembly's tests.</summary>
public sealed class TestServers() : ServersFixture(Servers.Postgres | Servers.RabbitMQ);

/// <summary>All classes share the broker's queue, so they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServersCollection
{
    public const string Name = "servers";
}

/// <summary>A fresh database and an empty queue on real servers, and notifiers that run on them.</summary>
public sealed class NotifierFixture(TestServers servers) : IAsyncLifetime
{
    private string _database = "";
    private IConnection _broker = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal DeliveryRows Rows { get; private set; } = null!;

    internal JobRows Jobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await servers.CreateMigratedDatabaseAsync();
        Database = NpgsqlDataSource.Create(_database);
        await ReconnectAsync();
        await using (var channel = await _broker.CreateChannelAsync())
        {
            await Topology.DeclareAsync(channel, CancellationToken.None);
            await channel.QueuePurgeAsync(Topology.NotifierResults);
            await channel.QueuePurgeAsync(Topology.DeadLetters);
        }

    }

    /// <summary>Opens this side's own connections anew, after a server was restarted.</summary>
    internal async Task ReconnectAsync()
    {
        Database.Clear();
        _broker = await ConnectBrokerAsync();
        Rows = await DeliveryRows.CreateAsync(Database);
        Jobs = new JobRows(Database, _broker);
    }

    public async ValueTask DisposeAsync()
    {
        await Rows.DisposeAsync();
        await _broker.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Builds a notifier; loopback may be called and retries are quick unless the settings say otherwise.</summary>
    internal async Task<TestNotifier> BuildAsync(Dictionary<string, string?>? settings = null, IHostResolver? resolver = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Notifier:SigningSecret"] = Secrets.Current,
            ["Notifier:AllowedNetworks:0"] = "127.0.0.0/8",
            ["Notifier:RetryDelays:0"] = "00:00:00.1",
            ["Notifier:RetryDelays:1"] = "00:00:00.1",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddMetrics();
        // By factory, so that the container disposes of them with the notifier.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(_database));
        var broker = await ConnectBrokerAsync();
        builder.Services.AddSingleton(_ => broker);
        if (resolver is not null)
        {
            builder.Services.AddSingleton(resolver);
        }

        builder.AddPipeline();
        builder.AddNotifier();
        return new TestNotifier(builder.Build());
    }

    internal async Task<TestNotifier> StartAsync(Dictionary<string, string?>? settings = null, IHostResolver? resolver = null)
    {
        var notifier = await BuildAsync(settings, resolver);
        await notifier.StartAsync();
        return notifier;
    }

    private Task<IConnection> ConnectBrokerAsync() =>
        new ConnectionFactory { Uri = new Uri(servers.RabbitMQConnectionString) }.CreateConnectionAsync();
}

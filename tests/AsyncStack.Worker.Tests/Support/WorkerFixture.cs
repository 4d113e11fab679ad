using AsyncStack.Core;
using AsyncStack.Core.Counters;
using AsyncStack.Core.Database;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Storage;
using AsyncStack.ServiceDefaults.Health;
using AsyncStack.Testing;
using AsyncStack.Worker.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace AsyncStack.Worker.Tests.Support;

/// <summary>The servers all classes share.</summary>
public sealed class TestServers() : ServersFixture(Servers.Postgres | Servers.RabbitMQ | Servers.Redis);

/// <summary>All classes share the broker's queues, so they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServersCollection
{
    public const string Name = "servers";
}

/// <summary>A fresh database and empty queues on real servers, and workers that run on them.</summary>
public sealed class WorkerFixture(TestServers servers) : IAsyncLifetime
{
    private static readonly string[] Queues =
    [
        Topology.JobsHigh, Topology.JobsDefault, Topology.JobsLow, Topology.ExternalRequests, Topology.ExternalResults, Topology.DeadLetters,
        Topology.SavedMessages,
    ];

    private readonly string _name = $"worker_{Guid.NewGuid():N}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-worker-");
    private NpgsqlDataSource _server = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal Broker Broker { get; private set; } = null!;

    internal JobRows Jobs { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = NpgsqlDataSource.Create(servers.PostgresConnectionString);
        await ExecuteAsync(_server, $"create database {_name}");
        Database = NpgsqlDataSource.Create(DatabaseConnection());
        await using (var context = new AsyncStackContext(new DbContextOptionsBuilder<AsyncStackContext>().UseNpgsql(Database).Options))
        {
            Assert.Equal(0, await new MigrateCommand(context, TextWriter.Null).RunAsync(["up"], CancellationToken.None));
        }

        Broker = await Broker.ConnectAsync(servers.RabbitMQConnectionString);
        await Broker.EmptyAsync(Queues);
        Jobs = await JobRows.CreateAsync(Database, DatabaseConnection(), Broker);
    }

    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        await Broker.DisposeAsync();
        await Database.DisposeAsync();
        await ExecuteAsync(_server, $"drop database {_name} with (force)");
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Builds a worker with the tests' handlers beside the product's, quick retries and a quick heartbeat.</summary>
    internal async Task<TestWorker> BuildAsync(Dictionary<string, string?>? settings = null, Uri? broker = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:storage"] = $"Driver=file;Path={_folder.FullName};SigningKey=only-for-these-tests",
            ["Worker:RetryBaseDelay"] = "00:00:00.050",
            ["Worker:RetryMaxDelay"] = "00:00:00.100",
            ["Worker:HeartbeatInterval"] = "00:00:00.200",
            ["Worker:ProgressInterval"] = "00:00:00.100",
            ["Worker:AbandonAfter"] = "00:00:00.100",
            ["Worker:DrainTimeout"] = "00:00:20",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        var logs = new LogSignals();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(logs));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<Liveness>();

        // By factory, so that the container disposes of them with the worker.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(DatabaseConnection()));
        var connection = await Broker.OpenAsync(broker ?? new Uri(servers.RabbitMQConnectionString));
        builder.Services.AddSingleton(_ => connection);
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(servers.RedisConnectionString));
        builder.AddObjectStorage("storage");
        builder.AddPipeline();
        builder.AddSharedCache();
        builder.AddWorker();
        builder.Services.AddJobHandlers().AddTestHandlers();
        return new TestWorker(builder.Build(), logs);
    }

    internal async Task<TestWorker> StartAsync(Dictionary<string, string?>? settings = null, Uri? broker = null)
    {
        var worker = await BuildAsync(settings, broker);
        await worker.StartAsync();
        return worker;
    }

    internal Task ExecuteAsync(string sql) => ExecuteAsync(Database, sql);

    /// <summary>Lets nobody into the database and throws out who is in, until the returned thing is disposed of.</summary>
    internal async Task<IAsyncDisposable> CloseDatabaseAsync()
    {
        await ExecuteAsync(_server, $"alter database {_name} allow_connections false");
        await ExecuteAsync(_server, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_name}'");
        Database.Clear();
        return new Closed(() => ExecuteAsync(_server, $"alter database {_name} allow_connections true"));
    }

    /// <summary>The totals over all workers of this assembly's tests.</summary>
    internal async Task<IReadOnlyDictionary<Counter, long>> TotalsAsync()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(servers.RedisConnectionString);
        return await SharedCounters.ReadAsync(redis.GetDatabase());
    }

    internal Uri BrokerAddress => new(servers.RabbitMQConnectionString);

    private string DatabaseConnection() =>
        new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString) { Database = _name, MaxPoolSize = 24 }.ConnectionString;

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Closed(Func<Task> open) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(open());
    }
}

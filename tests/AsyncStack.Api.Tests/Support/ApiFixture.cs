using System.Net;
using Npgsql;
using StackExchange.Redis;

namespace AsyncStack.Api.Tests.Support;

/// <summary>A fresh database on real servers, an Api that runs on it, and more replicas for who asks.</summary>
public sealed class ApiFixture(ApiServers servers) : IAsyncLifetime
{
    private readonly DirectoryInfo _storage = Directory.CreateTempSubdirectory("asyncstack-api-");

    internal string StorageFolder => _storage.FullName;

    internal ApiServers Servers => servers;

    internal string DatabaseConnection { get; private set; } = "";

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal ApiHost Host { get; private set; } = null!;

    internal HttpClient Client => Host.Client;

    public async ValueTask InitializeAsync()
    {
        DatabaseConnection = await servers.CreateMigratedDatabaseAsync();
        Database = NpgsqlDataSource.Create(DatabaseConnection);
        Host = StartHost();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Database.DisposeAsync();
        _storage.Delete(recursive: true);
    }

    /// <summary>Starts a replica on the same database and broker.</summary>
    internal ApiHost StartHost(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:asyncstack"] = DatabaseConnection,
            ["ConnectionStrings:messaging"] = servers.RabbitMQConnectionString,
            ["ConnectionStrings:cache"] = servers.RedisConnectionString,
            ["Stats:BrokerMetrics:0"] = servers.QueueMetrics!.ToString(),
            ["Auth:Mode"] = "Anonymous",
            ["Auth:KeyHashSecret"] = "a secret that is only for these tests",
            ["ConnectionStrings:storage"] = $"Driver=file;Path={_storage.FullName};SigningKey=only-for-these-tests",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ApiHost(all);
    }

    /// <summary>A wire to Postgres, and the setting that makes a replica use it.</summary>
    internal Wire WireToPostgres(out (string, string) connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(DatabaseConnection);
        var wire = new Wire(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", wire.Port);
        connection = ("ConnectionStrings:asyncstack", settings.ConnectionString);
        return wire;
    }

    /// <summary>A wire to Redis, and the setting that makes a replica use it.</summary>
    internal Wire WireToRedis(out (string, string) connection)
    {
        var server = ConfigurationOptions.Parse(servers.RedisConnectionString).EndPoints.Single();
        var (name, port) = server is IPEndPoint ip ? (ip.Address.ToString(), ip.Port) : (((DnsEndPoint)server).Host, ((DnsEndPoint)server).Port);
        var wire = new Wire(name, port);
        connection = ("ConnectionStrings:cache", servers.RedisConnectionString.Replace($"{name}:{port}", $"127.0.0.1:{wire.Port}", StringComparison.Ordinal));
        return wire;
    }

    /// <summary>A wire to RabbitMQ, and the setting that makes a replica use it.</summary>
    internal Wire WireToRabbitMQ(out (string, string) connection)
    {
        var broker = new Uri(servers.RabbitMQConnectionString);
        var wire = new Wire(broker.Host, broker.Port);
        connection = ("ConnectionStrings:messaging", new UriBuilder(broker) { Host = "127.0.0.1", Port = wire.Port }.Uri.ToString());
        return wire;
    }

    internal async Task<T> ReadAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    internal async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    internal Task<long> CountJobsAsync(string correlationId) =>
        ReadAsync<long>("select count(*) from jobs where correlation_id = $1", correlationId);

    /// <summary>Opens a transaction that writes a job of this correlation id and leaves open whether it is to be.</summary>
    internal async Task<HeldJob> HoldAsync(string correlationId)
    {
        var held = new HeldJob(await Database.OpenConnectionAsync(TestContext.Current.CancellationToken));
        await held.InsertAsync(correlationId);
        return held;
    }

    /// <summary>Completes when that many of the database's sessions wait for a lock.</summary>
    internal Task WaitersAsync(int count) => Waiting.ForAsync(async () =>
        await ReadAsync<long>("""
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
            """) == count);

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return command;
    }
}

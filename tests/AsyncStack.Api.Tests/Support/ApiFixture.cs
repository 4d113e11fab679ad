using Npgsql;

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
            ["ConnectionStrings:storage"] = $"Driver=file;Path={_storage.FullName};SigningKey=only-for-these-tests",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ApiHost(all);
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

using Npgsql;

namespace AsyncStack.Bench.Peers;

/// <summary>A database of a peer's own on the graph's Postgres.</summary>
internal static class PeerDatabase
{
    /// <summary>Makes it anew with the peer's tables.</summary>
    public static async Task<NpgsqlDataSource> CreateAsync(string server, string name, string schemaFile, CancellationToken cancellationToken)
    {
        await using (var admin = NpgsqlDataSource.Create(server))
        {
            await ExecuteAsync(admin, $"drop database if exists {name} with (force)", cancellationToken);
            await ExecuteAsync(admin, $"create database {name}", cancellationToken);
        }

        var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Database = name });
        await ExecuteAsync(database, await File.ReadAllTextAsync(schemaFile, cancellationToken), cancellationToken);
        return database;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

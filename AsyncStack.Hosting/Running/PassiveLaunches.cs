using AsyncStack.Hosting.ApplicationModel;
using Npgsql;

namespace AsyncStack.Hosting.Running;

/// <summary>"Starts" a value: it is there or the resource fails.</summary>
internal sealed class ValueLaunch(IValueProvider value) : ILaunch
{
    public async Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
    {
        await value.GetValueAsync(cancellationToken);
        return new LaunchedReplica(new PassiveResource(), Probe: null);
    }
}

/// <summary>Creates a database on its server, which is healthy by then.</summary>
internal sealed class DatabaseLaunch(PostgresDatabaseResource database, ResourceNotificationService notifications) : ILaunch
{
    public async Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken)
    {
        var server = await database.Parent.ConnectionStringExpression.GetValueAsync(cancellationToken);
        await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var create = connection.CreateCommand();
        create.CommandText = $"create database \"{database.DatabaseName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
            log($"Created database '{database.DatabaseName}'.", false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            log($"Database '{database.DatabaseName}' is there.", false);
        }

        return new LaunchedReplica(new PassiveResource(), _ => Task.FromResult(ServerProblem()));
    }

    private string? ServerProblem()
        => notifications.TryGetCurrentState(database.Parent.Name, out var server) && server.Snapshot.IsHealthy()
            ? null
            : $"server '{database.Parent.Name}' is not healthy";
}

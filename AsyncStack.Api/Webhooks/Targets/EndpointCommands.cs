using System.Text.Json.Nodes;
using AsyncStack.Api.Audit;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>Enters endpoints, and opens and closes them; each change commits with its audit.</summary>
internal sealed class EndpointCommands(NpgsqlDataSource database, TimeProvider time)
{
    private const string CreateSql = """
        insert into webhook_endpoints (id, url, created_at) values (@id, @url, @now) on conflict (url) do nothing returning id
        """;

    private const string EnableSql = """
        update webhook_endpoints set disabled_at = null, disabled_reason = null where id = @id and disabled_at is not null returning id
        """;

    private const string DisableSql = """
        update webhook_endpoints set disabled_at = @now, disabled_reason = @reason where id = @id and disabled_at is null returning id
        """;

    /// <summary>Enters an address.</summary>
    /// <returns>Its id; null when it is known already.</returns>
    public async Task<Guid?> CreateAsync(string url, string actor, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var details = new JsonObject { ["url"] = url }.ToJsonString();
        return await RunAsync(CreateSql, id, actor, new AuditEntry(AuditActions.CreateEndpoint, id.ToString(), details), ("url", url), cancellationToken) ? id : null;
    }

    /// <summary>Lets it be called again; one that is called stays as it is.</summary>
    public Task EnableAsync(Guid id, string actor, CancellationToken cancellationToken) =>
        RunAsync(EnableSql, id, actor, new AuditEntry(AuditActions.EnableEndpoint, id.ToString()), null, cancellationToken);

    /// <summary>Has it called no more: deliveries to it are dead when their time comes. One that is not called stays as it is.</summary>
    public Task DisableAsync(Guid id, string reason, string actor, CancellationToken cancellationToken)
    {
        var details = new JsonObject { ["reason"] = reason }.ToJsonString();
        return RunAsync(DisableSql, id, actor, new AuditEntry(AuditActions.DisableEndpoint, id.ToString(), details), ("reason", reason), cancellationToken);
    }

    private async Task<bool> RunAsync(
        string sql, Guid id, string actor, AuditEntry entry, (string Name, string Value)? text, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", now);
        if (text is var (name, value))
        {
            command.Parameters.AddWithValue(name, NpgsqlDbType.Text, value);
        }

        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            return false;
        }

        await AuditLog.AddAsync(transaction, actor, now, [entry], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

using System.Text.Json.Nodes;
using AsyncStack.Api.Audit;
using AsyncStack.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Makes, replaces and revokes keys; each change commits with its audit, and the commit tells every replica.</summary>
internal sealed class KeyCommands(NpgsqlDataSource database, KeySecrets secrets, TimeProvider time)
{
    private const string InsertSql = $"""
        insert into api_keys (id, prefix, hash, name, tenant, scopes, created_at, created_by, expires_at, replaces)
        values (@id, @prefix, @hash, @name, @tenant, @scopes, @now, @actor, @expires_at, @replaces)
        returning {KeyView.Columns}
        """;

    private const string LockSql = $"select {KeyView.Columns} from api_keys where id = @id for update";
    private const string EndSql = "update api_keys set expires_at = least(expires_at, @until) where id = @id";
    private const string RevokeSql = "update api_keys set revoked_at = @now where id = @id and revoked_at is null returning prefix";

    /// <summary>Makes a key.</summary>
    public async Task<NewKeyView> CreateAsync(NewKey key, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var made = await InsertAsync(connection, key, replaces: null, actor, cancellationToken);
        await AuditLog.AddAsync(transaction, actor, made.Details.CreatedAt, [Entry(AuditActions.CreateKey, made.Details)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    /// <summary>Makes a key that may do what another does, which ends after the overlap.</summary>
    /// <returns>The new key, or the one that cannot be replaced since it has ended; neither when there is no such key.</returns>
    public async Task<(NewKeyView? Made, KeyView? Ended)> RotateAsync(
        Guid id, TimeSpan overlap, DateTimeOffset? expiresAt, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, id, cancellationToken) is not { } old)
        {
            return default;
        }

        var now = time.GetUtcNow();
        if (old.RevokedAt is not null || old.ExpiresAt <= now)
        {
            return (null, old);
        }

        var made = await InsertAsync(connection, new NewKey(old.Name, old.Scopes, old.Tenant, expiresAt ?? old.ExpiresAt), id, actor, cancellationToken);
        await using var end = new NpgsqlCommand(EndSql, connection);
        end.Parameters.AddWithValue("id", id);
        end.Parameters.AddWithValue("until", now + overlap);
        await end.ExecuteNonQueryAsync(cancellationToken);
        var details = new JsonObject { ["prefix"] = old.Prefix, ["new_prefix"] = made.Details.Prefix, ["overlap_seconds"] = (long)overlap.TotalSeconds };
        await AuditLog.AddAsync(transaction, actor, now, [new AuditEntry(AuditActions.RotateKey, id.ToString(), details.ToJsonString())], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (made, null);
    }

    /// <summary>Revokes a key; one that was revoked stays as it is.</summary>
    public async Task RevokeAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(RevokeSql, connection);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", now);
        if (await command.ExecuteScalarAsync(cancellationToken) is not string prefix)
        {
            return;
        }

        var details = new JsonObject { ["prefix"] = KeyText.Start + prefix }.ToJsonString();
        await AuditLog.AddAsync(transaction, actor, now, [new AuditEntry(AuditActions.RevokeKey, id.ToString(), details)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<NewKeyView> InsertAsync(NpgsqlConnection connection, NewKey key, Guid? replaces, string actor, CancellationToken cancellationToken)
    {
        var (text, prefix) = KeyText.Create();
        var now = time.GetUtcNow().ToMicroseconds();
        await using var command = new NpgsqlCommand(InsertSql, connection);
        command.Parameters.AddWithValue("id", Guid.CreateVersion7(now));
        command.Parameters.AddWithValue("prefix", prefix);
        command.Parameters.AddWithValue("hash", KeyText.Hash(text, secrets.Now.Pepper));
        command.Parameters.AddWithValue("name", key.Name);
        command.Parameters.AddWithValue("tenant", key.Tenant);
        command.Parameters.AddWithValue("scopes", key.Scopes.ToArray());
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("actor", actor);
        command.Parameters.AddWithValue("expires_at", NpgsqlDbType.TimestampTz, (object?)key.ExpiresAt?.ToUniversalTime() ?? DBNull.Value);
        command.Parameters.AddWithValue("replaces", NpgsqlDbType.Uuid, (object?)replaces ?? DBNull.Value);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return new NewKeyView(text, KeyView.Read(rows));
    }

    private static async Task<KeyView?> LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockSql, connection);
        command.Parameters.AddWithValue("id", id);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? KeyView.Read(rows) : null;
    }

    private static AuditEntry Entry(string action, KeyView key) => new(action, key.Id.ToString(), new JsonObject
    {
        ["prefix"] = key.Prefix,
        ["name"] = key.Name,
        ["tenant"] = key.Tenant,
        ["scopes"] = new JsonArray([.. key.Scopes.Select(s => (JsonNode)s)]),
        ["expires_at"] = key.ExpiresAt?.ToString("O"),
    }.ToJsonString());
}

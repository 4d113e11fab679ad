using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AsyncStack.Api.Audit;
using AsyncStack.Core.Encryption;
using AsyncStack.Core.Webhooks;
using Npgsql;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>
/// Gives an endpoint a new signing secret. Those before sign beside it until the overlap is over, the notifier's configured ones included;
/// what notifiers hold in memory already still goes out with what was right when they took it.
/// </summary>
internal sealed class SecretRotation(NpgsqlDataSource database, FieldCipher cipher, TimeProvider time)
{
    /// <summary>Secrets that sign at once at the most: each adds a signature to every request.</summary>
    public const int MaxSecrets = 5;

    private const int SecretBytes = 32;

    private const string LockSql = "select true from webhook_endpoints where id = @id for update";

    // A shorter overlap also ends what an earlier rotation had granted longer.
    private const string EndSql = """
        with first as (
            insert into webhook_secrets (endpoint_id, secret, created_at, expires_at)
            select id, null, created_at, @until from webhook_endpoints e
            where id = @id and not exists (select from webhook_secrets s where s.endpoint_id = e.id)
        )
        update webhook_secrets set expires_at = least(expires_at, @until) where endpoint_id = @id
        """;

    // The encrypted secret tells which row it belongs to, so the row's id has to be known first.
    private const string NextSql = "select nextval(pg_get_serial_sequence('webhook_secrets', 'id'))";

    private const string AddSql = """
        delete from webhook_secrets where endpoint_id = @id and expires_at <= @now;
        insert into webhook_secrets (endpoint_id, id, secret, created_at) overriding system value values (@id, @row, @secret, @now);
        select count(*) from webhook_secrets where endpoint_id = @id
        """;

    /// <summary>Rotates.</summary>
    /// <returns>The secret; an empty one when too many sign already, and null when there is no such endpoint.</returns>
    public async Task<string?> RotateAsync(Guid id, TimeSpan overlap, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (now, secret) = (time.GetUtcNow(), "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)));
        if (await RunAsync(LockSql) is null)
        {
            return null;
        }

        await RunAsync(EndSql, ("until", now + overlap));
        var row = (long)(await RunAsync(NextSql))!;
        var stored = cipher.Encrypt(secret, WebhookSecret.Row(id, row));
        if ((long)(await RunAsync(AddSql, ("now", now), ("row", row), ("secret", stored)))! > MaxSecrets)
        {
            return "";
        }

        var details = new JsonObject { ["overlap_seconds"] = (long)overlap.TotalSeconds }.ToJsonString();
        await AuditLog.AddAsync(transaction, actor, now, [new AuditEntry(AuditActions.RotateSecret, id.ToString(), details)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;

        async Task<object?> RunAsync(string sql, params (string Name, object Value)[] parameters)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.Parameters.AddWithValue("id", id);
            Array.ForEach(parameters, p => command.Parameters.AddWithValue(p.Name, p.Value));
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }
}

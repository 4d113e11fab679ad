using AsyncStack.Api.Audit;
using AsyncStack.Core.Webhooks;
using Npgsql;

namespace AsyncStack.Api.Webhooks;

/// <summary>Sends a delivery again that was delivered or given up.</summary>
internal sealed class DeliveryReplay(NpgsqlDataSource database, TimeProvider time)
{
    // Whoever replays vouches for the target, so a target that had said it was gone is called again.
    private const string Sql = $"""
        with replayed as (
            update webhook_deliveries set state = 'pending', next_attempt_at = @now, finished_at = null
            where id = @id and state <> 'pending'
            returning target_url
        ), enabled as (
            update webhook_endpoints e set disabled_at = null, disabled_reason = null
            from replayed r where e.url = r.target_url
        )
        select true, pg_notify('{WebhookSignals.Due}', '') from replayed
        """;

    /// <summary>Makes it due now, with the same <c>webhook-id</c>; its attempts count on.</summary>
    /// <returns>False when it is pending already or does not exist.</returns>
    public async Task<bool> ReplayAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(Sql, connection, transaction);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", now);
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            return false;
        }

        await AuditLog.AddAsync(transaction, actor, now, [new AuditEntry(AuditActions.ReplayDelivery, id.ToString())], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Api.DeadLetters;

/// <summary>Sends a dead letter again through the outbox; its mark and its message commit together.</summary>
internal sealed class DeadLetterRedrive(NpgsqlDataSource database, OutboxPublisher outbox, TimeProvider time)
{
    private const string Sql = """
        with letter as (
            update dead_letters set redriven_at = @now where id = @id and redriven_at is null returning *
        ), message as (
            insert into outbox (id, exchange, routing_key, type, body, correlation_id, traceparent)
            select @message_id, exchange, routing_key, coalesce(type, ''), body, correlation_id, traceparent from letter
            returning id, exchange, routing_key, type, body, correlation_id, traceparent, partition_key
        )
        select m.* from dead_letters d left join message m on true where d.id = @id
        """;

    /// <summary>Redrives once.</summary>
    /// <returns>False when it was redriven before, null when there is no such letter.</returns>
    public async Task<bool?> RedriveAsync(Guid id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.AddWithValue("message_id", Guid.CreateVersion7(now));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        if (await rows.IsDBNullAsync(0, cancellationToken))
        {
            return false;
        }

        outbox.Publish(OutboxTable.Read(rows, 0));
        return true;
    }
}

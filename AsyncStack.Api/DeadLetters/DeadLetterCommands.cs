using AsyncStack.Api.Audit;
using AsyncStack.Core.Database;
using AsyncStack.Core.Outbox;
using Npgsql;

namespace AsyncStack.Api.DeadLetters;

/// <summary>Sends dead letters again through the outbox, or deletes them; what is done, its messages and the audit commit together.</summary>
internal sealed class DeadLetterCommands(NpgsqlDataSource database, OutboxPublisher outbox, TimeProvider time)
{
    // All commands lock in this order, so that none waits for another that waits for it.
    private const string Locked = "with locked as (select id from dead_letters where id = any(@ids) order by id for update)";

    private const string RedriveSql = $"""
        {Locked}
        update dead_letters d set redriven_at = @now from locked l where d.id = l.id and d.redriven_at is null
        returning d.id, d.exchange, d.routing_key, coalesce(d.type, ''), d.body, d.correlation_id, d.traceparent, null::text
        """;

    private const string DeleteSql = $"{Locked} delete from dead_letters d using locked l where d.id = l.id returning d.id";

    /// <summary>Redrives those that were not.</summary>
    /// <param name="ids">The letters, few enough for one transaction.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="details">More for the audit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were redriven.</returns>
    public async Task<int> RedriveAsync(Guid[] ids, string actor, string? details, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var letters = new List<OutboxMessage>();
        await using (var command = Command(RedriveSql, transaction, ids, now))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                letters.Add(OutboxTable.Read(rows, 0));
            }
        }

        var messages = letters.ConvertAll(l => l with { Id = Guid.CreateVersion7(now) });
        await OutboxTable.InsertAsync(connection, transaction, messages, cancellationToken);
        await AddAuditAsync(transaction, AuditActions.RedriveDeadLetter, actor, now, letters.Select(l => l.Id), details, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        messages.ForEach(outbox.Publish);
        return letters.Count;
    }

    /// <summary>Deletes letters.</summary>
    /// <inheritdoc cref="RedriveAsync" path="/param" />
    /// <returns>How many were deleted.</returns>
    public async Task<int> DeleteAsync(Guid[] ids, string actor, string? details, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        await using var command = Command(DeleteSql, transaction, ids, now);
        var deleted = await command.ReadIdsAsync(cancellationToken);
        await AddAuditAsync(transaction, AuditActions.DeleteDeadLetter, actor, now, deleted, details, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted.Count;
    }

    private static NpgsqlCommand Command(string sql, NpgsqlTransaction transaction, Guid[] ids, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddWithValue("ids", ids);
        command.Parameters.AddWithValue("now", now);
        return command;
    }

    private static Task AddAuditAsync(
        NpgsqlTransaction transaction,
        string action,
        string actor,
        DateTimeOffset now,
        IEnumerable<Guid> ids,
        string? details,
        CancellationToken cancellationToken) =>
        AuditLog.AddAsync(transaction, actor, now, [.. ids.Select(id => new AuditEntry(action, id.ToString(), details))], cancellationToken);
}

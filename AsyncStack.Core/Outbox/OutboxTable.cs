using System.Data;
using System.Data.Common;
using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Core.Outbox;

/// <summary>The SQL of the table <c>outbox</c>.</summary>
public sealed class OutboxTable(NpgsqlDataSource database)
{
    internal const string Columns = "id, exchange, routing_key, type, body, correlation_id, traceparent, partition_key";

    private const string InsertSql = $"""
        insert into outbox ({Columns}, sequence)
        select m.*, case when m.partition_key is not null then nextval('outbox_sequence') end
        from unnest(@ids, @exchanges, @keys, @types, @bodies, @correlations, @traces, @partitions) as m({Columns})
        """;

    private const string ClaimSql = $"""
        select {Columns} from outbox
        where partition_key is null and created_at < now() - @grace
        order by id limit @limit for update skip locked
        """;

    /// <summary>Adds rows on the caller's connection, so that they commit with the change they tell of.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(InsertSql, connection, transaction);
        AddInsertParameters(command.Parameters, messages);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The same as a part of a batch: one round trip, and one transaction unless the caller has begun one.</summary>
    public static NpgsqlBatchCommand InsertCommand(IReadOnlyList<OutboxMessage> messages)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        AddInsertParameters(command.Parameters, messages);
        return command;
    }

    /// <summary>Deletes rows that the broker has confirmed.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await DeleteAsync(connection, ids, cancellationToken);
    }

    /// <summary>The same on the caller's connection, and in its transaction if it has one.</summary>
    internal static async Task DeleteAsync(NpgsqlConnection connection, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from outbox where id = any(@ids)", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. ids]));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Publishes rows older than <paramref name="grace"/> and deletes those the broker took; other sweepers skip them meanwhile.
    /// </summary>
    /// <returns>How many rows were found and how many of them were published.</returns>
    public async Task<(int Found, int Published)> SweepAsync(
        TimeSpan grace, int limit, Func<OutboxMessage, CancellationToken, Task<PublishOutcome>> publish, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var messages = await ClaimAsync(connection, grace, limit, cancellationToken);
        if (messages.Count == 0)
        {
            return (0, 0);
        }

        var confirmed = new List<Guid>(messages.Count);
        foreach (var chunk in messages.Chunk(64))
        {
            var outcomes = await PublishAsync(chunk, publish, cancellationToken);
            confirmed.AddRange(chunk.Where((_, i) => outcomes[i] == PublishOutcome.Confirmed).Select(m => m.Id));
            if (outcomes.Contains(PublishOutcome.Unavailable))
            {
                break;
            }
        }

        await DeleteAsync(connection, confirmed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (messages.Count, confirmed.Count);
    }

    /// <summary>Reads the row a statement returned by the columns' order of this class, starting at <paramref name="first"/>.</summary>
    public static OutboxMessage Read(DbDataReader row, int first) => new(
        row.GetGuid(first),
        row.GetString(first + 1),
        row.GetString(first + 2),
        row.GetString(first + 3),
        row.GetFieldValue<byte[]>(first + 4),
        row.IsDBNull(first + 5) ? null : row.GetString(first + 5),
        row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
        row.IsDBNull(first + 7) ? null : row.GetString(first + 7));

    private static void AddInsertParameters(NpgsqlParameterCollection parameters, IReadOnlyList<OutboxMessage> messages)
    {
        parameters.Add(new NpgsqlParameter<Guid[]>("ids", [.. messages.Select(m => m.Id)]));
        parameters.Add(new NpgsqlParameter<string[]>("exchanges", [.. messages.Select(m => m.Exchange)]));
        parameters.Add(new NpgsqlParameter<string[]>("keys", [.. messages.Select(m => m.RoutingKey)]));
        parameters.Add(new NpgsqlParameter<string[]>("types", [.. messages.Select(m => m.Type)]));
        parameters.Add(new NpgsqlParameter<byte[][]>("bodies", [.. messages.Select(m => m.Body.ToArray())]));
        parameters.AddTexts("correlations", messages.Select(m => m.CorrelationId));
        parameters.AddTexts("traces", messages.Select(m => m.TraceParent));
        parameters.AddTexts("partitions", messages.Select(m => m.PartitionKey));
    }

    // A message that the broker cannot stand takes its neighbours down with the channel: those are tried again one by one.
    private static async Task<PublishOutcome[]> PublishAsync(
        OutboxMessage[] chunk, Func<OutboxMessage, CancellationToken, Task<PublishOutcome>> publish, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(chunk.Select(m => publish(m, cancellationToken)));
        for (var i = 0; i < chunk.Length; i++)
        {
            if (outcomes[i] == PublishOutcome.ChannelClosed)
            {
                outcomes[i] = await publish(chunk[i], cancellationToken);
            }
        }

        return outcomes;
    }

    private static async Task<List<OutboxMessage>> ClaimAsync(
        NpgsqlConnection connection, TimeSpan grace, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ClaimSql, connection);
        command.Parameters.AddWithValue("grace", grace);
        command.Parameters.AddWithValue("limit", limit);
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        var messages = new List<OutboxMessage>();
        while (await rows.ReadAsync(cancellationToken))
        {
            messages.Add(Read(rows, 0));
        }

        return messages;
    }
}

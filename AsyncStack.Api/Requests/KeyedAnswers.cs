using AsyncStack.Api.Accepting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Requests;

/// <summary>Answers kept under an Idempotency-Key, in the transaction of what the key protects.</summary>
internal sealed class KeyedAnswers(TimeProvider time, IOptions<AcceptOptions> accept)
{
    private const string KeepSql = """
        insert into idempotency_keys (scope, key, request_hash, status, location, body, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>
    /// Takes the key for this transaction. The lock is the one that accepting jobs takes; what is looked up after it sees all that was
    /// committed before.
    /// </summary>
    /// <returns>What became of an earlier request with the key; null when this is the first.</returns>
    public async Task<AcceptOutcome?> FindAsync(NpgsqlConnection connection, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using (var take = Command(connection, "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))", key.Scope, key.Value))
        {
            if (await take.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return new AcceptOutcome.KeyInFlight();
            }
        }

        await using (var expire = Command(
            connection, "delete from idempotency_keys where scope = $1 and key = $2 and expires_at <= $3", key.Scope, key.Value, time.GetUtcNow()))
        {
            await expire.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var find = Command(
            connection, "select request_hash, status, location, body from idempotency_keys where scope = $1 and key = $2", key.Scope, key.Value);
        await using var rows = await find.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        return rows.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(key.RequestHash)
            ? new AcceptOutcome.Repeated(new JobAnswer(rows.GetInt16(1), rows.GetString(2), rows.GetString(3)))
            : new AcceptOutcome.KeyReused();
    }

    /// <summary>Keeps the answer that a repeat of the request will get.</summary>
    public async Task KeepAsync(NpgsqlConnection connection, IdempotencyKey key, JobAnswer answer, CancellationToken cancellationToken)
    {
        await using var keep = Command(
            connection, KeepSql,
            key.Scope, key.Value, key.RequestHash, (short)answer.Status, answer.Location, answer.Body, time.GetUtcNow() + accept.Value.KeyLifetime);
        await keep.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}

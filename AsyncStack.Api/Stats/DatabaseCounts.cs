using Npgsql;

namespace AsyncStack.Api.Stats;

/// <summary>Reads what only the record knows.</summary>
internal sealed class DatabaseCounts(NpgsqlDataSource database)
{
    private const string Sql = """
        select (select count(*) from jobs where state = 'running' and worker_id is not null),
               count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8
        from outbox
        """;

    /// <summary>Jobs that workers run now, and the outbox.</summary>
    /// <exception cref="StatsMissingException">Postgres is away.</exception>
    public async Task<(long InProgress, OutboxStats Outbox)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(Sql);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            await rows.ReadAsync(cancellationToken);
            return (rows.GetInt64(0), new OutboxStats(rows.GetInt64(1), Math.Round(Math.Max(0, rows.GetDouble(2)), 3)));
        }
        catch (NpgsqlException)
        {
            throw new StatsMissingException("PostgreSQL does not answer");
        }
    }
}

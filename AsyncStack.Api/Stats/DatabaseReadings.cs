using Npgsql;

namespace AsyncStack.Api.Stats;

/// <summary>What Postgres knows of the whole.</summary>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Queued">Jobs that wait for a worker.</param>
/// <param name="Running">Jobs that are run.</param>
/// <param name="OldestQueued">Seconds since the first of those that wait for a worker was queued.</param>
/// <param name="Outbox">Messages that the broker has not confirmed.</param>
/// <param name="OldestOutbox">Seconds since the oldest of them was committed.</param>
/// <param name="DeadLetters">Messages that nobody could read and nobody has redriven.</param>
/// <param name="Deliveries">Webhooks that are still to be delivered.</param>
/// <param name="Connections">Connections of clients.</param>
/// <param name="MaxConnections">How many there may be.</param>
internal sealed record DatabaseReading(
    long Scheduled,
    long Queued,
    long Running,
    double OldestQueued,
    long Outbox,
    double OldestOutbox,
    long DeadLetters,
    long Deliveries,
    long Connections,
    long MaxConnections);

/// <summary>Reads it with one statement. Nothing is counted further than 100,000, so that a backlog is not made worse by being measured.</summary>
internal sealed class DatabaseReadings(NpgsqlDataSource database)
{
    private const string Sql = """
        select (select count(*) from (select from jobs where state = 'scheduled' limit 100000) j),
               (select count(*) from (select from jobs where state = 'queued' limit 100000) j),
               (select count(*) from (select from jobs where state = 'running' limit 100000) j),
               coalesce(extract(epoch from clock_timestamp() - (select min(queued_at) from jobs where state = 'queued')), 0)::float8,
               (select count(*) from (select from outbox limit 100000) m),
               coalesce(extract(epoch from clock_timestamp() - (select created_at from outbox order by id limit 1)), 0)::float8,
               (select count(*) from (select from dead_letters where redriven_at is null limit 100000) d),
               (select count(*) from (select from webhook_deliveries where state = 'pending' limit 100000) w),
               (select count(*) from pg_stat_activity where backend_type = 'client backend'),
               current_setting('max_connections')::bigint
        """;

    public async Task<DatabaseReading> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new DatabaseReading(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt64(2),
            Math.Max(0, row.GetDouble(3)),
            row.GetInt64(4),
            Math.Max(0, row.GetDouble(5)),
            row.GetInt64(6),
            row.GetInt64(7),
            row.GetInt64(8),
            row.GetInt64(9));
    }
}

using Npgsql;

namespace AsyncStack.Core.Outbox;

/// <summary>
/// The rows of <c>outbox</c> that have a partition key, in the order of their numbers. Whoever writes them draws the number while it
/// holds a lock that every writer about the same thing takes, so among the rows of one key none shows up later below one that was
/// read. Of rows of different keys, or written without a common lock, either may show first: no order between them is promised.
/// </summary>
internal static class OrderedOutboxTable
{
    private const string Sql = $"""
        select {OutboxTable.Columns}, extract(epoch from clock_timestamp() - created_at)::float8
        from outbox where partition_key is not null order by sequence limit @limit
        """;

    /// <summary>The oldest rows, and the age of the first in seconds; zero when there is none.</summary>
    public static async Task<(List<OutboxMessage> Messages, double Age)> ReadAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<int>("limit", limit));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<OutboxMessage>();
        var age = 0.0;
        while (await rows.ReadAsync(cancellationToken))
        {
            age = messages.Count == 0 ? Math.Max(0, rows.GetDouble(8)) : age;
            messages.Add(OutboxTable.Read(rows, 0));
        }

        return (messages, age);
    }
}

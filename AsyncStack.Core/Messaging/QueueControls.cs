using Npgsql;

namespace AsyncStack.Core.Messaging;

/// <summary>Which queues operators have paused: workers take nothing from them. Kept in the table <c>queue_controls</c>.</summary>
public static class QueueControls
{
    /// <summary>Channel of Postgres' notifications that a queue was paused or resumed; no payload.</summary>
    public const string Changed = "queue_controls";

    /// <summary>The names of the paused queues.</summary>
    public static async Task<HashSet<string>> ReadPausedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select queue from queue_controls where paused");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var paused = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            paused.Add(rows.GetString(0));
        }

        return paused;
    }
}

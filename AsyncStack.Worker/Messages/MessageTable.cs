using AsyncStack.Core.Database;
using AsyncStack.Core.Messages;
using Npgsql;

namespace AsyncStack.Worker.Messages;

/// <summary>The SQL of the table <c>messages</c>.</summary>
public sealed class MessageTable(NpgsqlDataSource database)
{
    // In order of arrival, as far as the numbers of rows can tell.
    private const string Sql = """
        insert into messages (content, owner, message_key, timestamp)
        select content, owner, key, @now from unnest(@contents, @owners, @keys) with ordinality as u (content, owner, key, place)
        order by place
        on conflict (message_key) do nothing
        """;

    /// <summary>Saves messages; one whose key is known is left out.</summary>
    /// <returns>How many were new.</returns>
    public async Task<int> InsertAsync(
        IReadOnlyList<(SavedMessage Message, string? Key)> messages, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue("contents", messages.Select(m => m.Message.Content).ToArray());
        command.Parameters.AddWithValue("owners", messages.Select(m => m.Message.Owner).ToArray());
        command.Parameters.AddTexts("keys", messages.Select(m => m.Key));
        command.Parameters.AddWithValue("now", now);
        var inserted = await command.ExecuteNonQueryAsync(cancellationToken);
        WorkerMetrics.CountDatabase("save");
        return inserted;
    }
}

using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Api.DeadLetters;

/// <summary>Reads dead letters.</summary>
internal sealed class DeadLetterList(NpgsqlDataSource database)
{
    /// <summary>Those that pass the filter, newest first, one more than the page holds.</summary>
    public async Task<List<DeadLetterView>> ReadAsync(DeadLetterFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        command.CommandText = $"""
            select {DeadLetterView.Columns} from dead_letters
            where (@before is null or id < @before) and {filter.AddTo(command)} order by id desc limit @limit
            """;
        command.Parameters.AddWithValue("before", NpgsqlTypes.NpgsqlDbType.Uuid, (object?)paging.Before ?? DBNull.Value);
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<DeadLetterView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            letters.Add(DeadLetterView.Read(rows));
        }

        return letters;
    }

    /// <summary>The ids of those that pass the filter, oldest first.</summary>
    public async Task<List<Guid>> FindAsync(DeadLetterFilter filter, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        command.CommandText = $"select id from dead_letters where {filter.AddTo(command)} order by id limit @limit";
        command.Parameters.AddWithValue("limit", limit);
        return await command.ReadIdsAsync(cancellationToken);
    }

    public async Task<bool> ExistsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from dead_letters where id = @id)");
        command.Parameters.AddWithValue("id", id);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

using AsyncStack.Api.Requests;
using Npgsql;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Reads keys for those who manage them.</summary>
internal sealed class KeyList(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Those that pass the filter, newest first, one more than the page holds.</summary>
    public async Task<List<KeyView>> ReadAsync(bool? active, string? tenant, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command).Add(paging.Before, "id < @before", "before").Add(tenant, "tenant = @tenant", "tenant");
        if (active is { } flag)
        {
            conditions.Add(flag, "(revoked_at is null and (expires_at is null or expires_at > @now)) = @active", "active");
            command.Parameters.AddWithValue("now", time.GetUtcNow());
        }

        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        command.CommandText = $"select {KeyView.Columns} from api_keys where {conditions} order by id desc limit @limit";
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The key, or null.</summary>
    public async Task<KeyView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {KeyView.Columns} from api_keys where id = @id");
        command.Parameters.AddWithValue("id", id);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    private static async Task<List<KeyView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<KeyView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            keys.Add(KeyView.Read(rows));
        }

        return keys;
    }
}

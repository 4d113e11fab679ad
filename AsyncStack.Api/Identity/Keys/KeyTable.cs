using AsyncStack.Core.Database;
using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Reads and writes what requests need of the table <c>api_keys</c>.</summary>
internal sealed class KeyTable(NpgsqlDataSource database)
{
    /// <summary>The channel on which the table's trigger tells of changes, by the prefix of the key.</summary>
    public const string Channel = "api_keys";

    private const string FindSql = "select id, prefix, hash, tenant, scopes, expires_at, revoked_at from api_keys where prefix = any(@prefixes)";

    private const string UsedSql = """
        update api_keys k set last_used_at = u.at from unnest(@ids, @times) as u(id, at)
        where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)
        """;

    /// <summary>The keys of these prefixes, in their order; null where there is none.</summary>
    public async Task<IReadOnlyList<KeyRow?>> FindAsync(IReadOnlyList<string> prefixes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.AddTexts("prefixes", prefixes.Distinct(StringComparer.Ordinal));
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, KeyRow>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken))
        {
            var row = Read(rows);
            found[row.Prefix] = row;
        }

        return [.. prefixes.Select(p => found.GetValueOrDefault(p))];
    }

    /// <summary>Writes down when keys were used last.</summary>
    public async Task WriteUsesAsync(IReadOnlyCollection<KeyValuePair<Guid, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UsedSql);
        command.Parameters.Array(NpgsqlDbType.Uuid, "ids", uses.Select(u => u.Key));
        command.Parameters.Array(NpgsqlDbType.TimestampTz, "times", uses.Select(u => u.Value));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static KeyRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetFieldValue<byte[]>(2),
        row.GetString(3),
        ScopeNames.Of(row.GetFieldValue<string[]>(4)),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6));
}

using Npgsql;
using NpgsqlTypes;

namespace AsyncStack.Core.Database;

/// <summary>What statements written by hand have in common.</summary>
public static class Commands
{
    /// <summary>Adds an array of texts, of which some may be null.</summary>
    public static void AddTexts(this NpgsqlParameterCollection parameters, string name, IEnumerable<string?> values) =>
        parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = values.ToArray() });

    /// <summary>Adds an array, of which some elements may be null.</summary>
    public static void Array<T>(this NpgsqlParameterCollection parameters, NpgsqlDbType element, string name, IEnumerable<T> values) =>
        parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | element) { TypedValue = [.. values] });

    /// <summary>Runs a statement whose rows begin with an id; answers the ids.</summary>
    public static async Task<List<Guid>> ReadIdsAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken))
        {
            ids.Add(rows.GetGuid(0));
        }

        return ids;
    }

    /// <summary>The time as Postgres keeps it, to the microsecond, so that a first answer shows what later ones do.</summary>
    public static DateTimeOffset ToMicroseconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}

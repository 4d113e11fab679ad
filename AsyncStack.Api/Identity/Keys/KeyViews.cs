using System.Text.Json.Serialization;
using Npgsql;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>A key, without what only its holder knows.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Prefix">What it begins with, to know it by.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="ExpiresAt">When it ends; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it was not.</param>
/// <param name="LastUsedAt">When it was used last, some seconds late; null for never.</param>
/// <param name="Replaces">The key whose place it takes; null when it is a rotation of none.</param>
internal sealed record KeyView(
    Guid Id,
    string Prefix,
    string Name,
    string Tenant,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    Guid? Replaces)
{
    /// <summary>The columns that <see cref="Read"/> takes.</summary>
    public const string Columns = "id, prefix, name, tenant, scopes, created_at, created_by, expires_at, revoked_at, last_used_at, replaces";

    public static KeyView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        KeyText.Start + row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetFieldValue<string[]>(4),
        row.GetFieldValue<DateTimeOffset>(5),
        row.GetString(6),
        Time(row, 7),
        Time(row, 8),
        Time(row, 9),
        row.IsDBNull(10) ? null : row.GetGuid(10));

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>A new key, shown this once.</summary>
/// <param name="Key">The whole key: keep it, it is not kept here.</param>
/// <param name="Details">What is known of it.</param>
internal sealed record NewKeyView(string Key, KeyView Details);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<KeyView>))]
[JsonSerializable(typeof(NewKeyView))]
internal sealed partial class KeysJson : JsonSerializerContext;

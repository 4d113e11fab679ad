using System.Data.Common;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Resources;

/// <summary>A resource as callers see it.</summary>
/// <param name="Id">UUIDv7.</param>
/// <param name="Name">1 to 255 characters.</param>
/// <param name="Description">At most 10,000 characters; null when there is none.</param>
/// <param name="Status">1 to 50 characters of the caller's choice; <c>active</c> when none was given.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="UpdatedAt">When it was last changed; grows with every change.</param>
internal sealed record Resource(Guid Id, string Name, string? Description, string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>The columns of <c>resources</c> that <see cref="Read"/> takes, in its order.</summary>
    public const string SqlColumns = "id, name, description, status, created_at, updated_at, version";

    /// <summary>1 when it was created, one more with every change.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    public static Resource Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.GetString(3),
        row.GetFieldValue<DateTimeOffset>(4),
        row.GetFieldValue<DateTimeOffset>(5))
    {
        Version = row.GetInt64(6),
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Resource))]
[JsonSerializable(typeof(List<Resource>))]
internal sealed partial class ResourceJson : JsonSerializerContext;

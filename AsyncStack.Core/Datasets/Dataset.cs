using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Datasets;

/// <summary>A dataset as callers see it.</summary>
/// <param name="Id">UUIDv7 of the dataset.</param>
/// <param name="OwnerId">Whose it is; at most 45 characters.</param>
/// <param name="Name">What its owner calls it; at most 100 characters, without the format's extension.</param>
/// <param name="Format"><c>csv</c> or <c>json</c>.</param>
/// <param name="StorageUri">Where the file lies in object storage.</param>
/// <param name="SizeBytes">Bytes of the file; null while its upload is awaited.</param>
/// <param name="Status">One of <see cref="DatasetStatus"/>.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="RowCount">Rows below the header; null until it is ready.</param>
/// <param name="ColumnCount">Columns; null until it is ready.</param>
/// <param name="Columns">Names and detected types in the file's order; null until it is ready.</param>
/// <param name="Delimiter">What separates the cells of a CSV; null until it is ready, and for JSON.</param>
/// <param name="Encoding">As detected, such as <c>utf-8</c>; null until it is ready.</param>
/// <param name="Sha256">Of the file's bytes, lower-case hexadecimal; null until it is known.</param>
/// <param name="ErrorMessage">Why it failed, with line and column where there are some.</param>
public sealed record Dataset(
    Guid Id,
    string OwnerId,
    string Name,
    [property: AllowedValues("csv", "json")] string Format,
    string StorageUri,
    long? SizeBytes,
    [property: AllowedValues(DatasetStatus.Uploaded, DatasetStatus.Validating, DatasetStatus.Ready, DatasetStatus.Failed)] string Status,
    DateTimeOffset CreatedAt,
    long? RowCount = null,
    int? ColumnCount = null,
    IReadOnlyList<DatasetColumn>? Columns = null,
    string? Delimiter = null,
    string? Encoding = null,
    string? Sha256 = null,
    string? ErrorMessage = null)
{
    /// <summary>The columns of <c>datasets</c> that <see cref="Read"/> takes, in its order.</summary>
    public const string SqlColumns = """
        id, owner_id, name, format, storage_uri, size_bytes, status, created_at,
        row_count, column_count, columns, delimiter, encoding, sha256, error_message, upload_expires_at
        """;

    /// <summary>Until when its upload by signed URL is awaited; null once the file is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UploadExpiresAt { get; init; }

    /// <summary>A signed address that takes the file by PUT; only in the answer that makes the dataset, and only when the file is to follow.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UploadUrl { get; init; }

    /// <summary>Where the file lies.</summary>
    [JsonIgnore]
    public ObjectUri Uri => ObjectUri.Parse(StorageUri);

    /// <summary>What the file is.</summary>
    [JsonIgnore]
    public DatasetFormat Kind => DatasetFormats.Parse(Format) ?? throw new InvalidOperationException($"Dataset {Id} has the format '{Format}'.");

    /// <summary>Reads a row that was selected with <see cref="SqlColumns"/>.</summary>
    public static Dataset Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.IsDBNull(5) ? null : row.GetInt64(5),
        row.GetString(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.IsDBNull(8) ? null : row.GetInt64(8),
        row.IsDBNull(9) ? null : row.GetInt32(9),
        row.IsDBNull(10) ? null : JsonSerializer.Deserialize(row.GetString(10), DatasetJson.Default.IReadOnlyListDatasetColumn),
        Text(row, 11),
        Text(row, 12),
        row.IsDBNull(13) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(13)),
        Text(row, 14))
    {
        UploadExpiresAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>A column of a dataset.</summary>
/// <param name="Name">As the header has it.</param>
/// <param name="Type">One of <see cref="DatasetColumnType"/>.</param>
public sealed record DatasetColumn(string Name, string Type);

/// <summary>Values of <see cref="DatasetColumn.Type"/>: what every value of the column that is not missing can be read as.</summary>
public static class DatasetColumnType
{
    public const string Integers = "integer";
    public const string Numbers = "number";
    public const string Booleans = "boolean";
    public const string Strings = "string";
}

/// <summary>What a worker found in a dataset that it could read to its end.</summary>
/// <param name="RowCount">Rows below the header.</param>
/// <param name="Columns">Names and types in the file's order.</param>
/// <param name="Delimiter">What separates the cells; null for JSON.</param>
/// <param name="Encoding">As detected, such as <c>utf-8</c>.</param>
/// <param name="SizeBytes">Bytes of the file; null keeps what is known.</param>
/// <param name="Sha256">Of the file's bytes; null keeps what is known.</param>
public sealed record DatasetFacts(
    long RowCount, IReadOnlyList<DatasetColumn> Columns, string? Delimiter, string? Encoding, long? SizeBytes = null, byte[]? Sha256 = null);

/// <summary>JSON of datasets: snake_case, times in RFC 3339 UTC.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dataset))]
[JsonSerializable(typeof(List<Dataset>))]
[JsonSerializable(typeof(IReadOnlyList<DatasetColumn>))]
public sealed partial class DatasetJson : JsonSerializerContext;

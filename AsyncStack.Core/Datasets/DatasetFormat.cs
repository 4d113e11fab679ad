namespace AsyncStack.Core.Datasets;

/// <summary>What a dataset's file is; gzip around it is found by its first bytes and is no format of its own.</summary>
public enum DatasetFormat
{
    /// <summary>Delimited text with a header line.</summary>
    Csv,

    /// <summary>An array of flat objects, or one object a line (NDJSON).</summary>
    Json,
}

/// <summary>The formats by the words callers and the database use.</summary>
public static class DatasetFormats
{
    private const string Csv = "csv";
    private const string Json = "json";

    /// <summary>The words there are, for messages.</summary>
    public const string Known = $"{Csv}, {Json}";

    /// <summary>The word for a format: <c>csv</c> or <c>json</c>.</summary>
    public static string ToText(this DatasetFormat format) => format switch
    {
        DatasetFormat.Csv => Csv,
        DatasetFormat.Json => Json,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    /// <summary>The format of a word, or null when there is none.</summary>
    public static DatasetFormat? Parse(string text) => text switch
    {
        Csv => DatasetFormat.Csv,
        Json => DatasetFormat.Json,
        _ => null,
    };
}

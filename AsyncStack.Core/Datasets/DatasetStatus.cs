namespace AsyncStack.Core.Datasets;

/// <summary>Values of <c>datasets.status</c>.</summary>
public static class DatasetStatus
{
    /// <summary>The file is stored, or awaited by signed URL; nobody has looked into it.</summary>
    public const string Uploaded = "uploaded";

    /// <summary>A worker reads it.</summary>
    public const string Validating = "validating";

    /// <summary>It was read to its end: rows, columns and their types are known.</summary>
    public const string Ready = "ready";

    /// <summary>It cannot be read; <c>error_message</c> says why and where.</summary>
    public const string Failed = "failed";

    public static IReadOnlyList<string> All { get; } = [Uploaded, Validating, Ready, Failed];
}

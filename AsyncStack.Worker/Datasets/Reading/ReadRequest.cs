namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>What of a dataset is read.</summary>
internal sealed record ReadRequest
{
    /// <summary>Everything.</summary>
    public static readonly ReadRequest All = new();

    /// <summary>At most so many rows; faults after them are not seen. Null for all.</summary>
    public long? MaxRows { get; init; }

    /// <summary>The columns that will be asked for, from 0, ascending; null for all. Others must not be asked for.</summary>
    public int[]? Columns { get; init; }

    /// <summary>Told how much of the file is read, 0 to 1, after each merged block.</summary>
    public Action<double>? Progress { get; init; }

    /// <summary>What <see cref="DatasetReader.ReadHeaderAsync"/> gave for the same file; spares JSON a pass over it. Null to read it again.</summary>
    public DatasetHeader? Header { get; init; }
}

/// <summary>What a pass has read.</summary>
/// <param name="Header">The file's header.</param>
/// <param name="Rows">Rows given to the pass.</param>
/// <param name="Bytes">Bytes read, after decompression.</param>
internal sealed record ReadSummary(DatasetHeader Header, long Rows, long Bytes);

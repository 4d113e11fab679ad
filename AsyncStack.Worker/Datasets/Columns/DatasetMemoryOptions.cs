using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Settings of the section <c>Datasets</c> about memory and temporary files.</summary>
public sealed class DatasetMemoryOptions
{
    public const string Section = "Datasets";

    /// <summary>
    /// What one job may hold of a dataset's columns in memory, in bytes; the rest goes to temporary files. Default 64 MiB, at
    /// least 0, which sends everything to files.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long JobMemoryBytes { get; set; } = 64L << 20;

    /// <summary>
    /// The folder of temporary files, which must exist. A job may need there the size of its dataset, that of both when it
    /// compares. Null, the default, is the system's folder for temporary files.
    /// </summary>
    public string? TempPath { get; set; }

    internal MemoryBudget NewBudget() => new(JobMemoryBytes, TempPath);
}

using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>How datasets are read, section <c>Datasets</c>.</summary>
internal sealed class DatasetReadOptions : IValidatableObject
{
    public const string Section = "Datasets";

    /// <summary>The most columns a dataset may have. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxColumns { get; set; } = 10_000;

    /// <summary>The longest cell, in bytes as it stands in the file. Default 1 MiB.</summary>
    [Range(1, 256 << 20)]
    public int MaxCellBytes { get; set; } = 1 << 20;

    /// <summary>The longest row, in bytes; a row is held in memory whole, by each of the threads. At least <see cref="MaxCellBytes"/>. Default 16 MiB.</summary>
    [Range(1, 512 << 20)]
    public int MaxRowBytes { get; set; } = 16 << 20;

    /// <summary>The longest file in bytes, counted after decompression. Default 5 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long MaxFileBytes { get; set; } = 5L << 30;

    /// <summary>Bytes that one thread takes at a time; longer rows make longer blocks. Default 256 KiB, which with its index fits a core's cache.</summary>
    [Range(1, 256 << 20)]
    public int BlockBytes { get; set; } = 256 << 10;

    /// <summary>Blocks worked on at once; two more may wait for their turn. Default: the number of processors.</summary>
    [Range(1, 256)]
    public int Parallelism { get; set; } = Environment.ProcessorCount;

    /// <summary>The rules between settings.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxRowBytes < MaxCellBytes)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(MaxRowBytes)} is {MaxRowBytes}, less than {Section}:{nameof(MaxCellBytes)} {MaxCellBytes}: a row holds at least one cell. Raise the former.");
        }
    }
}

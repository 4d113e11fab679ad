using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Datasets;

/// <summary>A dataset whose file is to follow by signed URL, as the document describes it; <see cref="DatasetRequest"/> reads it.</summary>
internal sealed record DatasetBody
{
    /// <summary>Whose it is: no slashes, no control characters and not dots alone.</summary>
    [StringLength(45, MinimumLength = 1)]
    public required string OwnerId { get; init; }

    /// <summary>What its owner calls it; the same characters.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>What the file is.</summary>
    [AllowedValues("csv", "json")]
    public required string Format { get; init; }
}

/// <summary>A dataset with its file, as the document describes it; <see cref="UploadedForm"/> reads it.</summary>
internal sealed record DatasetForm
{
    /// <summary>The file, plain or gzipped; at most 5 GiB unless configured otherwise.</summary>
    public required IFormFile File { get; init; }

    /// <summary>Whose it is: no slashes, no control characters and not dots alone.</summary>
    [StringLength(45, MinimumLength = 1)]
    public required string OwnerId { get; init; }

    /// <summary>What its owner calls it; the file's name when it is left out.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? Name { get; init; }

    /// <summary>What the file is; what its name ends in when it is left out.</summary>
    [AllowedValues("csv", "json")]
    public string? Format { get; init; }
}

using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Datasets;

/// <summary>Settings of taking datasets, section <c>Datasets</c>.</summary>
public sealed class DatasetOptions
{
    /// <summary>Largest file, in bytes; a larger one gets 413. Default 5 GiB, what S3 copies in one go.</summary>
    [Range(1, 5L << 30)]
    public long MaxFileBytes { get; set; } = 5L << 30;

    /// <summary>How long an upload by signed URL may take, from the answer that names it. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Time for one attempt of the job that reads a new dataset. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ValidationTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often uploads that nobody ended are looked for. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CleanInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Age at which an object without a row is removed; longer than any upload takes. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan OrphanAfter { get; set; } = TimeSpan.FromHours(24);
}

using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Accepting;

/// <summary>Settings of accepting jobs, section <c>Accept</c>.</summary>
public sealed class AcceptOptions
{
    /// <summary>Largest JSON body, in bytes; a larger one gets 413. Default 1 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>Commits that may be under way at once. Default 2.</summary>
    [Range(1, 32)]
    public int Writers { get; set; } = 2;

    /// <summary>Submissions in one commit at the most. Default 512.</summary>
    [Range(1, 10_000)]
    public int MaxBatch { get; set; } = 512;

    /// <summary>Submissions that may wait for a commit; more get 503 with Retry-After. Default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int Capacity { get; set; } = 20_000;

    /// <summary>Attempts of a job that names none. Default 3.</summary>
    [Range(1, 50)]
    public int DefaultMaxAttempts { get; set; } = 3;

    /// <summary>Time for one attempt of a job that names none. Default 10 minutes; jobs for outside programs get a day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an idempotency key is kept. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromHours(24);
}

using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Worker;

/// <summary>Settings of the worker, section <c>Worker</c>.</summary>
public sealed class WorkerOptions : IValidatableObject
{
    /// <summary>Jobs that run at once; instant ones take no slot. Default 16.</summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 16;

    /// <summary>
    /// Messages taken from one queue ahead of their turn. Instant jobs pass those that wait for a slot within this window.
    /// Default 128.
    /// </summary>
    [Range(1, 2000)]
    public ushort Prefetch { get; set; } = 128;

    /// <summary>Instant jobs read, run and ended together at the most. Default 512.</summary>
    [Range(1, 4096)]
    public int InstantBatch { get; set; } = 512;

    /// <summary>How long jobs wait here for a slot before a worker with a free one may have them. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan HandBackAfter { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a worker counts as alive after its last heartbeat; its jobs are run elsewhere afterwards. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the lease is renewed; at most a third of <see cref="Lease"/>. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:20:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often progress that changed is written, and so told to who watches. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often jobs of dead workers are looked for. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a job may be queued before it is asked whether its message still exists. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RedispatchAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest time the scheduler sleeps, in case it missed that a job was scheduled. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ScheduleInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Upper bound of the wait before the second attempt; it doubles with every attempt. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Upper bound of the wait before any attempt; at least <see cref="RetryBaseDelay"/>. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan RetryMaxDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a handler may go on after it was told to stop; then its slot is given to another job. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long running jobs may take to end when the worker stops; then they go back to the queue. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long ended jobs are kept, with their history and deliveries, events that were taken in, saved messages and the health log; null
    /// keeps them for ever. A message that is delivered again after so long is handled again. Default 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long the audit of what operators did is kept; null keeps it for ever. Default 400 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan? AuditRetention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>How often outdated rows are deleted. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The rules between settings.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HeartbeatInterval * 3 > Lease)
        {
            yield return new ValidationResult(
                $"Worker:{nameof(HeartbeatInterval)} is {HeartbeatInterval}, Worker:{nameof(Lease)} {Lease}: a lease must outlive two missed heartbeats. Raise the lease to at least {HeartbeatInterval * 3}.");
        }

        if (RetryMaxDelay < RetryBaseDelay)
        {
            yield return new ValidationResult(
                $"Worker:{nameof(RetryMaxDelay)} is {RetryMaxDelay}, less than Worker:{nameof(RetryBaseDelay)} {RetryBaseDelay}. Raise the former.");
        }
    }
}

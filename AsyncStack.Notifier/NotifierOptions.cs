namespace AsyncStack.Notifier;

/// <summary>Settings of webhook delivery, section <c>Notifier</c>.</summary>
public sealed class NotifierOptions
{
    private static readonly TimeSpan[] DefaultRetryDelays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The secret that signs: <c>whsec_</c> and base64 of 24 to 64 bytes. Required unless <see cref="SigningSecrets"/> is given.</summary>
    public string? SigningSecret { get; set; }

    /// <summary>Several secrets, for a rotation: each request carries a signature by every one, the newest first.</summary>
    public string[]? SigningSecrets { get; set; }

    /// <summary>
    /// Networks in CIDR notation that may be called although they are loopback, private or otherwise reserved. Default none.
    /// </summary>
    public string[]? AllowedNetworks { get; set; }

    /// <summary>
    /// The waits after the first, second, … failed attempt, each varied by ±20 %; after the attempt that follows the last one the
    /// delivery is dead. Default 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
    /// </summary>
    public TimeSpan[]? RetryDelays { get; set; }

    /// <summary>The longest wait that a target may ask for by Retry-After. Default 24 h.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a target may take to answer, its body included. Default 15 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long resolving and connecting may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a delivery belongs to the process that took it; afterwards any notifier sends it again with the same
    /// <c>webhook-id</c>. Longer than <see cref="RequestTimeout"/>; the difference is what it may wait in memory. Default 60 s.
    /// </summary>
    public TimeSpan SendLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time between two looks for due deliveries. Default 5 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long requests in flight may take to end when the service stops. Default 20 s.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Requests in flight at the most. Default 256.</summary>
    public int Concurrency { get; set; } = 256;

    /// <summary>Requests in flight to one target (host and port); fewer while it does not answer. Default 32.</summary>
    public int ConcurrencyPerTarget { get; set; } = 32;

    /// <summary>Deliveries held in memory at the most; the others wait in Postgres. Default 4096.</summary>
    public int Capacity { get; set; } = 4096;

    /// <summary>Deliveries to one target held in memory at the most. Default 1024.</summary>
    public int CapacityPerTarget { get; set; } = 1024;

    /// <summary>Bodies held in memory at the most, in bytes. Default 16 MiB.</summary>
    public long CapacityBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Whether the end of a job that has a callback is told on <c>asyncstack.events</c> too, as <c>job.completed</c>, <c>job.failed</c> or
    /// <c>job.canceled</c>, with the callback's body and, as message id, the UUID in its <c>webhook-id</c>. It costs one more message a job. Default false.
    /// </summary>
    public bool JobEvents { get; set; }

    internal IReadOnlyList<TimeSpan> Schedule => RetryDelays ?? DefaultRetryDelays;

    internal IReadOnlyList<string> Secrets => SigningSecrets is { Length: > 0 } several ? several : SigningSecret is { } one ? [one] : [];
}

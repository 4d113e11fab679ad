namespace AsyncStack.ServiceDefaults.Health;

/// <summary>How <c>/health</c> asks its checks. Configuration section <c>Health</c>.</summary>
public sealed class HealthOptions
{
    public const string Section = "Health";

    /// <summary>How long one check may take before it counts as failed. Default 2 s.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a result is reused, so that a flood of probes reaches the servers once. Default 1 s.</summary>
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Checks whose failure is told but leaves the service healthy. Default: Redis, which holds only what may be lost.
    /// </summary>
    public ISet<string> Optional { get; } = new HashSet<string>(StringComparer.Ordinal) { "StackExchange.Redis" };
}

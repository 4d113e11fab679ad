using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Core.Health;

/// <summary>Settings of the health log, section <c>HealthLog</c>.</summary>
public sealed class HealthLogOptions
{
    /// <summary>How often a service checks what it stands on. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);
}

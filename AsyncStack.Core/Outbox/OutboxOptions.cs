using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Core.Outbox;

/// <summary>Settings of the outbox, section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>How long a row belongs to the process that wrote it; afterwards any sweeper may publish it. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the sweeper looks for rows left behind. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a publish may wait for the broker's confirm. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages that may wait in memory for the broker; more are left to the sweeper. Default 4096.</summary>
    [Range(1, 1_000_000)]
    public int Capacity { get; set; } = 4096;

    /// <summary>Publishes that may await their confirm at once. Default 64.</summary>
    [Range(1, 1024)]
    public int InFlight { get; set; } = 64;
}

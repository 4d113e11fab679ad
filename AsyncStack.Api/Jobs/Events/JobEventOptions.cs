using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>Settings of the live streams of job events, section <c>JobEvents</c>.</summary>
public sealed class JobEventOptions
{
    /// <summary>Streams that may be open at once in this process; more get 503 with Retry-After. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 5000;

    /// <summary>How often a stream without news sends a comment, so that nobody between takes it for dead. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often watched jobs of instant types are looked at: these do not tell of themselves, because a notification would
    /// serialize the commits of the hot path. Default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan InstantLook { get; set; } = TimeSpan.FromMilliseconds(500);
}

using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Core.Caching;

/// <summary>Settings of the cache of ended tasks, section <c>TaskCache</c>.</summary>
public sealed class TaskCacheOptions
{
    /// <summary>
    /// How long an ended task may be answered from Redis. It bounds how long an old answer is given when its invalidation was
    /// lost because Redis went away at that moment. Default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a command may take before the cache is left alone for <see cref="Pause"/>. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a Redis that did not answer in time is not asked. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(5);
}

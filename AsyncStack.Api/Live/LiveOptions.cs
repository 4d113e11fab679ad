using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Live;

/// <summary>Settings of the stream of all that happens, section <c>Live</c>.</summary>
public sealed class LiveOptions
{
    /// <summary>Streams that may be open at once in this process; more get 503 with Retry-After. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 1000;

    /// <summary>How often is looked, once for all streams and only while one is open: what changes meanwhile is told at once. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Look { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the statistics are told. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Stats { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How far back a stream that is taken up again is told what it missed; before that it is told to read again. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Memory { get; set; } = TimeSpan.FromHours(1);
}

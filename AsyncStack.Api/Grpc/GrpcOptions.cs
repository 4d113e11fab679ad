using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Grpc;

/// <summary>Settings of gRPC, section <c>Grpc</c>.</summary>
public sealed class GrpcOptions
{
    /// <summary>Length of a message of a request at the most, also after decompression; longer ones get RESOURCE_EXHAUSTED. Default 4 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxReceiveBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Messages of a response that have at least so many bytes are compressed for clients that take gzip; null compresses none.
    /// Default 1 KiB, below which the frame around it costs more than is gained.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int? CompressFromBytes { get; set; } = 1024;

    /// <summary>Streaming calls that may be open at once in this process; more get RESOURCE_EXHAUSTED. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 1000;

    /// <summary>How often health is asked for while somebody watches it. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(2);
}

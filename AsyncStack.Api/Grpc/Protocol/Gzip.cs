using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>The one compression of messages that is spoken here, each message by itself. Source: grpc/grpc, doc/compression.md.</summary>
internal static class Gzip
{
    public const string Name = "gzip";

    private const int ReadBytes = 16 * 1024;

    /// <exception cref="GrpcException">INTERNAL: it is not whole gzip. RESOURCE_EXHAUSTED: what comes out is longer than allowed.</exception>
    public static ReadOnlyMemory<byte> Decompress(ReadOnlySequence<byte> compressed, int maxBytes)
    {
        if (compressed.IsEmpty)
        {
            throw NotGzip();
        }

        var result = new ArrayBufferWriter<byte>(ReadBytes);
        using var gzip = new GZipStream(PipeReader.Create(compressed).AsStream(), CompressionMode.Decompress);
        try
        {
            while (gzip.Read(result.GetSpan(ReadBytes)) is > 0 and var count)
            {
                result.Advance(count);
                if (result.WrittenCount > maxBytes)
                {
                    throw new GrpcException(GrpcCode.ResourceExhausted, $"The message has more than {maxBytes} bytes when decompressed; that is the most one may have.");
                }
            }
        }
        catch (InvalidDataException)
        {
            throw NotGzip();
        }

        return result.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Compress(IMessage message)
    {
        var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            message.WriteTo(gzip);
        }

        return result.GetBuffer().AsMemory(0, (int)result.Length);
    }

    private static GrpcException NotGzip() => new(GrpcCode.Internal, "The message is marked as compressed and is not whole gzip.");
}

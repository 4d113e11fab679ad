using System.Buffers;
using System.Buffers.Binary;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>A message as it travels: a flag, its length in four bytes, the highest first, and as many bytes.</summary>
/// <param name="Compressed">Whether the bytes are in the request's <c>grpc-encoding</c>.</param>
/// <param name="Payload">The bytes.</param>
internal readonly record struct MessageFrame(bool Compressed, ReadOnlySequence<byte> Payload)
{
    public const int HeaderBytes = 5;

    /// <summary>Takes one frame off the front; false when it is not all there.</summary>
    /// <exception cref="GrpcException">INTERNAL: the flag is neither 0 nor 1. RESOURCE_EXHAUSTED: the length is over the limit.</exception>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, int maxBytes, out MessageFrame frame)
    {
        frame = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderBytes];
        buffer.Slice(0, HeaderBytes).CopyTo(header);
        var length = CheckHeader(header, maxBytes);
        if (buffer.Length < HeaderBytes + length)
        {
            return false;
        }

        frame = new MessageFrame(header[0] == 1, buffer.Slice(HeaderBytes, length));
        buffer = buffer.Slice(HeaderBytes + length);
        return true;
    }

    /// <summary>Writes what comes before the bytes of a message.</summary>
    public static void WriteHeader(IBufferWriter<byte> output, bool compressed, int length)
    {
        var header = output.GetSpan(HeaderBytes);
        header[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], length);
        output.Advance(HeaderBytes);
    }

    private static long CheckHeader(ReadOnlySpan<byte> header, int maxBytes)
    {
        if (header[0] > 1)
        {
            throw new GrpcException(GrpcCode.Internal, $"A message begins with the flag {header[0]}; it must be 0 or 1.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return length <= maxBytes
            ? length
            : throw new GrpcException(GrpcCode.ResourceExhausted, $"The message has {length} bytes; {maxBytes} are the most one may have.");
    }
}

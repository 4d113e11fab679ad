using System.Buffers.Binary;
using System.Text;

namespace AsyncStack.Bench.Grpc;

/// <summary>Messages of short texts, written and read by hand: a field is its number, a length and as many bytes.</summary>
internal static class GrpcMessage
{
    private const int PrefixBytes = 5;

    /// <summary>A framed message of these fields; each text is shorter than 128 bytes.</summary>
    public static byte[] Of(params IReadOnlyList<(int Field, string Text)> fields)
    {
        byte[] payload = [.. fields.SelectMany(x => (byte[])[(byte)(x.Field << 3 | 2), (byte)Encoding.UTF8.GetByteCount(x.Text), .. Encoding.UTF8.GetBytes(x.Text)])];
        var frame = new byte[PrefixBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, PrefixBytes);
        return frame;
    }

    /// <summary>The first field of a framed message.</summary>
    public static string FirstText(ReadOnlySpan<byte> frame) => Encoding.UTF8.GetString(frame.Slice(PrefixBytes + 2, frame[PrefixBytes + 1]));
}

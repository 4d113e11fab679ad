using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Ids of traces (16 bytes) and spans (8 bytes); 0 is none.</summary>
internal static class Ids
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    /// <summary>0 when it is no id of a trace.</summary>
    public static UInt128 Trace(ByteString bytes) => bytes.Length == TraceBytes ? BinaryPrimitives.ReadUInt128BigEndian(bytes.Span) : default;

    /// <summary>0 when it is no id of a span.</summary>
    public static ulong Span(ByteString bytes) => bytes.Length == SpanBytes ? BinaryPrimitives.ReadUInt64BigEndian(bytes.Span) : 0;

    public static string? Text(UInt128 trace) => trace == default ? null : trace.ToString("x32", CultureInfo.InvariantCulture);

    public static string? Text(ulong span) => span == 0 ? null : span.ToString("x16", CultureInfo.InvariantCulture);

    public static bool TryParseTrace(string text, out UInt128 id) =>
        UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id) && text.Length == 2 * TraceBytes;

    public static bool TryParseSpan(string text, out ulong id) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id) && text.Length == 2 * SpanBytes;

    public static ByteString Bytes(UInt128 trace)
    {
        var bytes = new byte[TraceBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, trace);
        return trace == default ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static ByteString Bytes(ulong span)
    {
        var bytes = new byte[SpanBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, span);
        return span == 0 ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
    }
}

using System.Text;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>
/// The form of <c>grpc-message</c>: UTF-8 of which every byte outside of space to <c>~</c>, and <c>%</c> itself, is written as
/// <c>%XX</c>. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md, Responses.
/// </summary>
internal static class PercentEncoding
{
    /// <summary>Encodes a message; a lone surrogate becomes U+FFFD.</summary>
    public static string Encode(string text) => IsPlain(text) ? text : EncodeBytes(Encoding.UTF8.GetBytes(text));

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%');

    private static string EncodeBytes(byte[] bytes)
    {
        var result = new StringBuilder(bytes.Length * 2);
        foreach (var octet in bytes)
        {
            _ = octet is >= (byte)' ' and <= (byte)'~' and not (byte)'%'
                ? result.Append((char)octet)
                : result.Append('%').Append(octet.ToString("X2"));
        }

        return result.ToString();
    }
}

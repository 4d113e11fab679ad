using System.Text;

namespace AsyncStack.Notifier.Delivery;

/// <summary>The beginning of an answer's body, fit for a text column.</summary>
internal static class ResponseExcerpt
{
    /// <summary>Bytes that are kept.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Reads at most <see cref="MaxBytes"/>; an answer that breaks off or never ends gives what came.</summary>
    public static async Task<string?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[content.Headers.ContentLength is { } length ? Math.Min(length, MaxBytes) : MaxBytes];
        var read = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            while (read < buffer.Length && await stream.ReadAsync(buffer.AsMemory(read), cancellationToken) is var count and > 0)
            {
                read += count;
            }
        }
        catch (Exception)
        {
            // The status is what counts, and it has arrived.
        }

        return read == 0 ? null : ToText(buffer.AsSpan(0, read));
    }

    /// <summary>Valid text of bytes that may be anything: bad UTF-8 is replaced, a character cut off at the end and NULs are dropped.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var chars = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var length = Encoding.UTF8.GetDecoder().GetChars(bytes, chars, flush: false);
        return new string(chars, 0, length).Replace("\0", "", StringComparison.Ordinal);
    }
}

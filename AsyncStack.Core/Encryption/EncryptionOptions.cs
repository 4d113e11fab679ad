using System.Text.RegularExpressions;

namespace AsyncStack.Core.Encryption;

/// <summary>The keys that fields are encrypted with, section <c>Encryption</c>.</summary>
public sealed class EncryptionOptions
{
    /// <summary>
    /// Keys by their ids, each base64 of 32 random bytes. One that is no longer current still decrypts what it has encrypted. Without any,
    /// fields are stored as they are.
    /// </summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Id of the key that encrypts. May be left out while there is one key only.</summary>
    public string? CurrentKey { get; set; }
}

/// <summary>An encryption key: 256 bits that are written nowhere.</summary>
internal sealed partial class EncryptionKey
{
    private const int Bytes = 32;

    private readonly byte[] _bytes;

    private EncryptionKey(string id, byte[] bytes) => (Id, _bytes) = (id, bytes);

    public string Id { get; }

    public ReadOnlySpan<byte> Value => _bytes;

    /// <summary>Whether an id may stand in an envelope.</summary>
    public static bool IsId(string id) => IdForm().IsMatch(id);

    /// <summary>The key; null when it is not base64 of 32 bytes. Padding may be left out.</summary>
    public static EncryptionKey? Parse(string id, string text)
    {
        var digits = text.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[digits.Length];
        return Convert.TryFromBase64String(digits.PadRight((digits.Length + 3) / 4 * 4, '='), bytes, out var length) && length == Bytes
            ? new EncryptionKey(id, bytes[..Bytes])
            : null;
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,32}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdForm();
}

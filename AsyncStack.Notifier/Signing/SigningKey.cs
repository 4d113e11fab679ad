using System.Diagnostics.CodeAnalysis;

namespace AsyncStack.Notifier.Signing;

/// <summary>The bytes behind a Standard Webhooks secret, <c>whsec_</c> and base64 of 24 to 64 bytes.</summary>
internal sealed class SigningKey
{
    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;

    private readonly byte[] _bytes;

    private SigningKey(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public static bool TryParse(string secret, [NotNullWhen(true)] out SigningKey? key)
    {
        key = null;
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var bytes = new byte[secret.Length];
        if (!Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) || length is < MinBytes or > MaxBytes)
        {
            return false;
        }

        key = new SigningKey(bytes[..length]);
        return true;
    }
}

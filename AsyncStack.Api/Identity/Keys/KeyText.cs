using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>
/// A key as its holder has it: <c>ask_</c>, eight characters that name it, <c>_</c>, and 43 that only the holder knows, as many as 32
/// random bytes need in base 62.
/// </summary>
internal static class KeyText
{
    public const string Start = "ask_";
    public const string Form = "A key is 'ask_', 8 letters or digits, '_', and 43 letters or digits.";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int PrefixLength = 8;
    private const int SecretLength = 43;
    private const int SecretStart = PrefixEnd + 1;
    private const int PrefixEnd = 4 + PrefixLength;
    private const int Length = SecretStart + SecretLength;

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>Makes a key.</summary>
    public static (string Text, string Prefix) Create()
    {
        var prefix = RandomNumberGenerator.GetString(Alphabet, PrefixLength);
        return ($"{Start}{prefix}_{RandomNumberGenerator.GetString(Alphabet, SecretLength)}", prefix);
    }

    /// <summary>Whether a text has the form of a key; its prefix names it.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ReadOnlySpan<char> prefix)
    {
        prefix = default;
        if (text.Length != Length || !text.StartsWith(Start, StringComparison.Ordinal) || text[PrefixEnd] != '_')
        {
            return false;
        }

        prefix = text[Start.Length..PrefixEnd];
        return IsPrefix(prefix) && !text[SecretStart..].ContainsAnyExcept(Characters);
    }

    /// <summary>The prefix of a text that has the form of a key.</summary>
    public static string PrefixOf(string key) => key[Start.Length..PrefixEnd];

    /// <summary>Whether a text may name a key.</summary>
    public static bool IsPrefix(ReadOnlySpan<char> text) => text.Length == PrefixLength && !text.ContainsAnyExcept(Characters);

    /// <summary>What is kept of a key: HMAC-SHA256 of the whole text, by a secret that is not in the database.</summary>
    /// <param name="text">A key, as <see cref="TryParse"/> takes it.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="hash">Gets 32 bytes.</param>
    public static void Hash(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(text, bytes);
        HMACSHA256.HashData(secret, bytes, hash);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>The same as an array.</summary>
    public static byte[] Hash(string text, ReadOnlySpan<byte> secret)
    {
        var hash = new byte[HMACSHA256.HashSizeInBytes];
        Hash(text, secret, hash);
        return hash;
    }
}

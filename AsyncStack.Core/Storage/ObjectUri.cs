using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AsyncStack.Core.Storage;

/// <summary>
/// The address of an object, <c>s3://bucket/key</c>, with the key as it is (not percent-encoded). A value that exists is valid
/// for every driver: S3's bucket names; keys of at most 1024 bytes in parts of at most 200, separated by <c>/</c>, none of them
/// empty, <c>.</c> or <c>..</c>, without control characters or backslashes.
/// </summary>
public sealed record ObjectUri : IParsable<ObjectUri>
{
    private const string Scheme = "s3://";
    private const int MaxKeyBytes = 1024;
    private const int MaxPartBytes = 200;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">The bucket or the key is not valid; the message says why.</exception>
    public ObjectUri(string bucket, string key)
    {
        if (FindFault(bucket, key) is { } fault)
            throw new FormatException(fault);
        (Bucket, Key) = (bucket, key);
    }

    /// <summary>The bucket's name.</summary>
    public string Bucket { get; }

    /// <summary>The key within the bucket.</summary>
    public string Key { get; }

    /// <summary>The part of the key after its last slash.</summary>
    public string FileName => Key[(Key.LastIndexOf('/') + 1)..];

    /// <exception cref="FormatException">The text is not <c>s3://bucket/key</c>; the message says why.</exception>
    public static ObjectUri Parse(string s, IFormatProvider? provider) =>
        TrySplit(s, out var bucket, out var key)
            ? new ObjectUri(bucket, key)
            : throw new FormatException($"'{s}' is not an object address: expected s3://bucket/key.");

    /// <inheritdoc cref="Parse(string, IFormatProvider)"/>
    public static ObjectUri Parse(string s) => Parse(s, provider: null);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out ObjectUri result) =>
        TrySplit(s, out var bucket, out var key)
            ? TryCreate(bucket, key, out result)
            : (result = null) is not null;

    /// <summary>The same as the constructor, for parts that come from outside.</summary>
    public static bool TryCreate(string? bucket, string? key, [MaybeNullWhen(false)] out ObjectUri result)
    {
        result = bucket is not null && key is not null && FindFault(bucket, key) is null ? new ObjectUri(bucket, key) : null;
        return result is not null;
    }

    /// <summary>Throws unless the name is a bucket name valid for every driver.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static void ValidateBucket(string bucket)
    {
        if (FindBucketFault(bucket) is { } fault)
            throw new FormatException(fault);
    }

    public override string ToString() => $"{Scheme}{Bucket}/{Key}";

    private static bool TrySplit(string? text, out string bucket, out string key)
    {
        bucket = key = "";
        if (text is null || !text.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var slash = text.IndexOf('/', Scheme.Length);
        if (slash < 0)
            return false;
        bucket = text[Scheme.Length..slash];
        key = text[(slash + 1)..];
        return true;
    }

    private static string? FindFault(string bucket, string key)
    {
        if (FindBucketFault(bucket) is { } fault)
            return fault;
        if (key.Any(c => char.IsControl(c) || c == '\\'))
            return "An object key must not contain control characters or backslashes.";
        if (!TryCountBytes(key, out var bytes))
            return "An object key must be valid Unicode text.";
        if (bytes is 0 or > MaxKeyBytes)
            return $"An object key has 1 to {MaxKeyBytes} bytes in UTF-8, not {bytes}.";
        return key.Split('/').Select(FindPartFault).FirstOrDefault(f => f is not null);
    }

    private static string? FindBucketFault(string bucket)
    {
        var valid = bucket.Length is >= 3 and <= 63
            && bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.')
            && char.IsAsciiLetterOrDigit(bucket[0]) && char.IsAsciiLetterOrDigit(bucket[^1])
            && !bucket.Contains("..", StringComparison.Ordinal);
        return valid ? null : "A bucket name has 3 to 63 lower-case letters, digits, hyphens and single dots, and begins and ends with a letter or digit.";
    }

    private static string? FindPartFault(string part) => part switch
    {
        "" or "." or ".." => "The parts of an object key, between its slashes, must not be empty, '.' or '..'.",
        _ when StrictUtf8.GetByteCount(part) > MaxPartBytes => $"Each part of an object key, between its slashes, has at most {MaxPartBytes} bytes in UTF-8.",
        _ => null,
    };

    private static bool TryCountBytes(string text, out int bytes)
    {
        try
        {
            bytes = StrictUtf8.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = 0;
            return false;
        }
    }
}

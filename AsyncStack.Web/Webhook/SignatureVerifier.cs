using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AsyncStack.Web.Webhook;

/// <summary>What the receiver makes of a webhook.</summary>
internal enum Verdict
{
    Good,
    Malformed,
    NoSecret,
    Stale,
    BadSignature,
}

/// <summary>Verifies Standard Webhooks 1.0: HMAC-SHA256 over <c>id.timestamp.body</c>, one of several signatures by one of several secrets.</summary>
internal sealed class SignatureVerifier
{
    private const string Version = "v1,";
    private const int MaxIdLength = 255;

    private readonly byte[][] _keys;
    private readonly TimeSpan _tolerance;
    private readonly TimeProvider _clock;

    public SignatureVerifier(IOptions<WebhookOptions> options, TimeProvider clock, ILogger<SignatureVerifier> logger)
    {
        _keys = [.. options.Value.AllSecrets.Select(SigningSecret.Parse)];
        _tolerance = options.Value.Tolerance;
        _clock = clock;
        if (_keys.Length == 0)
            Log.NoWebhookSecret(logger);
    }

    public Verdict Verify(WebhookHeaders headers, ReadOnlySpan<byte> body)
    {
        if (headers.Id is not { Length: > 0 and <= MaxIdLength } id
            || headers.Signature is not { Length: > 0 } signatures
            || !long.TryParse(headers.Timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp))
            return Verdict.Malformed;
        if (_keys.Length == 0)
            return Verdict.NoSecret;
        if (!HasGoodSignature($"{id}.{headers.Timestamp}.", body, signatures))
            return Verdict.BadSignature;
        var age = _clock.GetUtcNow().ToUnixTimeSeconds() - timestamp;
        return Math.Abs((double)age) <= _tolerance.TotalSeconds ? Verdict.Good : Verdict.Stale;
    }

    // Every signature is held against every key, so that the time taken does not tell which of them came close.
    private bool HasGoodSignature(string signedPrefix, ReadOnlySpan<byte> body, string signatures)
    {
        var given = signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ReadSignature).OfType<byte[]>().ToList();
        var good = false;
        foreach (var key in _keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(Encoding.UTF8.GetBytes(signedPrefix));
            hmac.AppendData(body);
            var expected = hmac.GetHashAndReset();
            foreach (var signature in given)
                good |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        return good;
    }

    // Signatures of other versions ("v1a," for one) are for other verifiers.
    private static byte[]? ReadSignature(string text)
    {
        var buffer = new byte[HMACSHA256.HashSizeInBytes];
        return text.StartsWith(Version, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Version.Length..], buffer, out var length)
            && length == buffer.Length
                ? buffer
                : null;
    }
}

/// <summary>The three headers as sent; null where one is missing or sent twice.</summary>
internal readonly record struct WebhookHeaders(string? Id, string? Timestamp, string? Signature)
{
    public static WebhookHeaders From(IHeaderDictionary headers) =>
        new(Single(headers, "webhook-id"), Single(headers, "webhook-timestamp"), Single(headers, "webhook-signature"));

    private static string? Single(IHeaderDictionary headers, string name) => headers[name] is [{ } value] ? value : null;
}

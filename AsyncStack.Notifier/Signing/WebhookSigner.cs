using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Signing;

/// <summary>
/// Signs as Standard Webhooks 1.0 asks: <c>v1,</c> and base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, one signature a
/// secret, space-separated.
/// </summary>
internal sealed class WebhookSigner(IOptions<NotifierOptions> options)
{
    private const string Version = "v1,";

    private readonly SigningKey[] _keys = [.. options.Value.Secrets.Select(Parse)];

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public string Sign(string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var head = $"{id}.{unixSeconds}.";
        var length = head.Length + body.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.ASCII.GetBytes(head, buffer);
            body.CopyTo(buffer.AsSpan(head.Length));
            return Sign(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string Sign(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var signatures = "";
        foreach (var key in _keys)
        {
            HMACSHA256.HashData(key.Bytes, content, hash);
            signatures += (signatures.Length == 0 ? Version : " " + Version) + Convert.ToBase64String(hash);
        }

        return signatures;
    }

    private static SigningKey Parse(string secret) =>
        SigningKey.TryParse(secret, out var key) ? key : throw new InvalidOperationException("A signing secret is malformed.");
}

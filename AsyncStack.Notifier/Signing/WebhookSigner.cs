using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using AsyncStack.Core.Encryption;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Signing;

/// <summary>
/// Signs as Standard Webhooks 1.0 asks: <c>v1,</c> and base64 of HMAC-SHA256 over <c>id.timestamp.body</c>, one signature a
/// secret, space-separated.
/// </summary>
internal sealed class WebhookSigner(IOptions<NotifierOptions> options, FieldCipher cipher)
{
    private const string Version = "v1,";

    private readonly SigningKey[] _keys = [.. options.Value.Secrets.Select(Parse)];

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="id">The <c>webhook-id</c>.</param>
    /// <param name="unixSeconds">The <c>webhook-timestamp</c>.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="secrets">The target's own, see <see cref="TargetSecrets"/>; null for the configured ones.</param>
    public string Sign(string id, long unixSeconds, ReadOnlySpan<byte> body, string[]? secrets = null)
    {
        var keys = secrets is null ? _keys : [.. secrets.SelectMany(s => s == TargetSecrets.Configured ? _keys : [Parse(TargetSecrets.Read(s, cipher))])];
        var head = $"{id}.{unixSeconds}.";
        var length = head.Length + body.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Encoding.ASCII.GetBytes(head, buffer);
            body.CopyTo(buffer.AsSpan(head.Length));
            return Sign(keys, buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Sign(SigningKey[] keys, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var signatures = "";
        foreach (var key in keys)
        {
            HMACSHA256.HashData(key.Bytes, content, hash);
            signatures += (signatures.Length == 0 ? Version : " " + Version) + Convert.ToBase64String(hash);
        }

        return signatures;
    }

    private static SigningKey Parse(string secret) =>
        SigningKey.TryParse(secret, out var key) ? key : throw new InvalidOperationException("A signing secret is malformed.");
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Bench.Callbacks;

/// <summary>Verifies requests signed by Standard Webhooks 1.0, written from the specification rather than shared with the sender.</summary>
/// <param name="secret">The shared secret, <c>whsec_</c> and base64.</param>
internal sealed class StandardWebhook(string secret)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly byte[] _key = Convert.FromBase64String(secret["whsec_".Length..]);

    public bool Verify(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        var id = headers["webhook-id"].ToString();
        var timestamp = headers["webhook-timestamp"].ToString();
        if (id.Length == 0 || !long.TryParse(timestamp, out var seconds))
            return false;
        if ((TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > Tolerance)
            return false;
        var expected = "v1," + Convert.ToBase64String(
            HMACSHA256.HashData(_key.AsSpan(), [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body]));
        return headers["webhook-signature"].ToString().Split(' ').Contains(expected, StringComparer.Ordinal);
    }
}

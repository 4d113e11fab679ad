using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>The key that keeps programs of others from sending.</summary>
internal sealed class ApiKey(string? key)
{
    public const string Header = "x-otlp-api-key";

    // Hashes are of one length, so that comparing takes one time whatever is sent.
    private readonly byte[]? _expected = key is null ? null : Hash(key);

    /// <exception cref="OtlpRefusal">The request lacks the key.</exception>
    public void Check(HttpRequest request)
    {
        if (_expected is not null && !CryptographicOperations.FixedTimeEquals(Hash(request.Headers[Header].ToString()), _expected))
            throw OtlpRefusal.Unauthenticated();
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

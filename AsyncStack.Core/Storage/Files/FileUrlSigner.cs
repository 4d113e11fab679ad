using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Core.Storage.Files;

/// <summary>
/// Signs the URLs by which the Api gives and takes objects of the file driver: HMAC-SHA256 over method, bucket, key, expiry and file name,
/// in the query as <c>expires</c> (Unix seconds), <c>name</c> (downloads under another name) and <c>signature</c> (base64url).
/// </summary>
public sealed class FileUrlSigner
{
    /// <summary>Where the Api serves the URLs.</summary>
    public const string Route = "/api/v1/files";

    private readonly byte[] _key;
    private readonly string _base;
    private readonly TimeProvider _clock;

    internal FileUrlSigner(string signingKey, Uri? publicBaseUrl, TimeProvider clock)
    {
        _key = Encoding.UTF8.GetBytes(signingKey);
        _base = publicBaseUrl?.AbsoluteUri.TrimEnd('/') ?? "";
        _clock = clock;
    }

    /// <summary>True when the signature is ours for exactly this request and has not expired. Takes the same time wherever a signature differs.</summary>
    public bool Verify(string method, ObjectUri uri, long expires, string? fileName, string signature) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Sign(method, uri, expires, fileName)), Encoding.UTF8.GetBytes(signature))
        && expires > _clock.GetUtcNow().ToUnixTimeSeconds();

    internal Uri Create(string method, ObjectUri uri, TimeSpan expiresIn, string? fileName)
    {
        SignedUrlLifetime.Require(expiresIn);
        var expires = (_clock.GetUtcNow() + expiresIn).ToUnixTimeSeconds();
        var path = string.Join('/', uri.Key.Split('/').Select(Uri.EscapeDataString));
        var name = fileName is null ? "" : $"&name={Uri.EscapeDataString(fileName)}";
        var url = $"{_base}{Route}/{uri.Bucket}/{path}?expires={expires}{name}&signature={Sign(method, uri, expires, fileName)}";
        return new Uri(url, _base.Length == 0 ? UriKind.Relative : UriKind.Absolute);
    }

    // No part but the last can hold a line break, so that no two requests have the same text.
    private string Sign(string method, ObjectUri uri, long expires, string? fileName)
    {
        var text = string.Join('\n', method, uri.Bucket, uri.Key, expires.ToString(CultureInfo.InvariantCulture), fileName ?? "");
        return Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
    }
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using AsyncStack.Hosting.State;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Dashboard.Access;

/// <summary>
/// The cookie of a browser that has logged in: when it ends and random bytes, authenticated by a key that is kept with the checkout, so
/// that an open page goes on after a restart of the AppHost.
/// </summary>
internal sealed class SessionCookie(GraphState state, TimeProvider time)
{
    /// <summary>How long a login holds.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    private const int PayloadLength = sizeof(long) + 16;

    // Cookies know no ports: dashboards of several graphs on localhost tell theirs apart by name.
    private readonly string _name = $"{state.Id}-session";
    private readonly byte[] _key = Convert.FromHexString(state.GetOrAddValue("dashboard-session-key", () => RandomNumberGenerator.GetHexString(64)));

    public void Issue(HttpResponse response)
    {
        var value = new byte[PayloadLength + HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(value, (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(value.AsSpan(sizeof(long), PayloadLength - sizeof(long)));
        HMACSHA256.HashData(_key, value.AsSpan(0, PayloadLength), value.AsSpan(PayloadLength));
        response.Cookies.Append(_name, Base64Url.EncodeToString(value), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = Lifetime,
        });
    }

    public bool IsValid(HttpRequest request)
    {
        if (request.Cookies[_name] is not { Length: > 0 and < 200 } text || !Base64Url.IsValid(text))
            return false;
        var value = Base64Url.DecodeFromChars(text);
        return value.Length == PayloadLength + HMACSHA256.HashSizeInBytes
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, value.AsSpan(0, PayloadLength)), value.AsSpan(PayloadLength))
            && BinaryPrimitives.ReadInt64BigEndian(value) > time.GetUtcNow().ToUnixTimeSeconds();
    }
}

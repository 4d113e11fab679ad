using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AsyncStack.Api.Identity.Keys;
using AsyncStack.ServiceDefaults.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Sessions;

/// <summary>
/// Sessions of browsers. The cookie holds a ticket: the prefix of a key, when the session ends, and a signature over both and the key's
/// hash. It is as good as the key: a key that is revoked, has expired or was replaced takes its sessions with it.
/// </summary>
internal sealed class SessionTickets(KeyVerifier keys, KeySecrets secrets, IOptionsMonitor<AuthOptions> options, TimeProvider time)
{
    // Whoever lies of the scheme finds or gets a cookie of the other name, of their own.
    // Browsers take a cookie with the prefix only from the host itself, over TLS and for the whole of it.
    private const string SecureCookie = "__Host-asyncstack-session";
    private const string PlainCookie = "asyncstack-session";

    private static readonly AuthenticateResult Forged = AuthenticateResult.Fail("The session is not one of this installation, or has ended; sign in again.");
    private static readonly AuthenticateResult Foreign = AuthenticateResult.Fail(
        "A session counts only for requests from the pages themselves: Sec-Fetch-Site or Origin says that this one comes from elsewhere, or neither says where it comes from.");

    /// <summary>The ticket that a request carries; null for none.</summary>
    public static string? Find(HttpRequest request) =>
        request.Cookies.TryGetValue(request.IsOuterHttps() ? SecureCookie : PlainCookie, out var ticket) && ticket.Length > 0 ? ticket : null;

    /// <summary>The caller whose session it is, or why it is none.</summary>
    public async Task<AuthenticateResult> VerifyAsync(string ticket, HttpRequest request)
    {
        if (!SameOrigin.Allows(request))
        {
            return Foreign;
        }

        if (ticket.Split('.') is not [var prefix, var end, var signature] || !KeyText.IsPrefix(prefix)
            || !long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            return Forged;
        }

        var key = await keys.FindAsync(prefix, request.HttpContext.RequestAborted);
        return key.Row is { } row && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(Sign(row, end)))
            ? keys.CheckHolder(key)
            : Forged;
    }

    /// <summary>Starts a session of a key that was verified just now.</summary>
    /// <returns>When it ends.</returns>
    public DateTimeOffset Start(KeyRow key, HttpContext context)
    {
        var until = time.GetUtcNow() + options.CurrentValue.SessionLifetime;
        var end = (key.ExpiresAt < until ? key.ExpiresAt.Value : until).ToUnixTimeSeconds();
        var text = end.ToString(CultureInfo.InvariantCulture);
        var secure = context.Request.IsOuterHttps();
        context.Response.Cookies.Append(secure ? SecureCookie : PlainCookie, $"{key.Prefix}.{text}.{Sign(key, text)}", Options(secure));
        return DateTimeOffset.FromUnixTimeSeconds(end);
    }

    /// <summary>Has the browser forget its session.</summary>
    public static void End(HttpContext context)
    {
        var secure = context.Request.IsOuterHttps();
        context.Response.Cookies.Delete(secure ? SecureCookie : PlainCookie, Options(secure));
    }

    private string Sign(KeyRow key, string end)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{key.Prefix}.{end}."), .. key.Hash];
        return Base64Url.EncodeToString(HMACSHA256.HashData(secrets.Now.SessionKey, signed));
    }

    // Without an end of its own the browser forgets it when it is closed.
    private static CookieOptions Options(bool secure) => new() { HttpOnly = true, Secure = secure, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };
}

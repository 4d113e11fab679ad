using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Hosting.Dashboard.Access;

/// <summary>Who may read the dashboard: browsers that have logged in, from its own pages.</summary>
internal static class AccessMiddleware
{
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Nothing from elsewhere is loaded, and nobody else frames, sniffs or reads what is answered.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return next(context);
    });

    /// <summary>
    /// Refuses requests to another host name, whose owner may have pointed it here (DNS rebinding), and requests of other origins' pages.
    /// Pages on other ports of this machine count as the same site, so the session cookie alone does not keep them out.
    /// </summary>
    public static void UseOwnAddressOnly(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!IsOwnHost(context))
            return RefuseAsync(context, $"The host '{context.Request.Host}' is not this dashboard; use http://localhost:{context.Connection.LocalPort}.");
        if (!IsOwnOrigin(context.Request))
            return RefuseAsync(context, "Only the dashboard's own pages may ask this.");
        return next(context);
    });

    /// <summary>Answers the login link, and 401 to whoever has no session.</summary>
    public static void UseSessions(this IApplicationBuilder app)
    {
        var cookie = app.ApplicationServices.GetRequiredService<SessionCookie>();
        var link = app.ApplicationServices.GetRequiredService<LoginLink>();
        app.Use((context, next) =>
        {
            if (context.Request.Path == "/login" && HttpMethods.IsGet(context.Request.Method))
                return LogInAsync(context, cookie, link);
            return cookie.IsValid(context.Request) ? next(context) : LoginPage.AnswerAsync(context);
        });
    }

    private static Task LogInAsync(HttpContext context, SessionCookie cookie, LoginLink link)
    {
        // Whoever is logged in and opens an old link gets where he wanted, and uses up no new one.
        if (!cookie.IsValid(context.Request))
        {
            if (!link.Redeem(context.Request.Query["t"].ToString()))
                return LoginPage.AnswerAsync(context);
            cookie.Issue(context.Response);
        }

        context.Response.Redirect(LocalPath(context.Request.Query["returnUrl"]));
        return Task.CompletedTask;
    }

    // "//host" and "/\host" are other hosts to a browser, which also drops control characters before it looks.
    private static string LocalPath(string? path)
        => path is ['/', .. var rest] && rest is not ['/' or '\\', ..] && path.All(c => c is > ' ' and < '\x7f') ? path : "/";

    private static bool IsOwnHost(HttpContext context)
        => context.Request.Host.Port == context.Connection.LocalPort
            && context.Request.Host.Host.ToUpperInvariant() is "LOCALHOST" or "127.0.0.1" or "[::1]";

    private static bool IsOwnOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is [var origin, ..] && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            return false;
        return !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    private static Task RefuseAsync(HttpContext context, string reason)
        => TypedResults.Problem(reason, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
}

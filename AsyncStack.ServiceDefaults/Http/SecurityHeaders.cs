using Microsoft.AspNetCore.Http;

namespace AsyncStack.ServiceDefaults.Http;

/// <summary>
/// Tells browsers to take every answer for what it says it is, to show it in no frame, to load nothing with it and to come back by https only,
/// where it went out by https. What an endpoint says itself of these, stays.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    private const string TransportSecurity = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        // The exception handler clears the headers before it answers: write when the response starts.
        context.Response.OnStarting(static state => Write((HttpContext)state), context);
        return next(context);
    }

    private static Task Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (context.Response.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
            return Task.CompletedTask;
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Content-Security-Policy", ContentSecurityPolicy);
        if (context.Request.IsOuterHttps())
            headers.TryAdd("Strict-Transport-Security", TransportSecurity);
        return Task.CompletedTask;
    }
}

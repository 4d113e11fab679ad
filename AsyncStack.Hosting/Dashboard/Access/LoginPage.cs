using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Dashboard.Access;

/// <summary>What those without a session get: where the link is.</summary>
internal static class LoginPage
{
    private const string Where = "Open the login link that the AppHost printed on its terminal; it is also in run.json. A link works once, then the next one is printed.";

    private const string Html =
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>AsyncStack: not logged in</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; }</style>
        </head>
        <body>
        <main>
        <h1>Not logged in</h1>
        <p>{{Where}}</p>
        </main>
        </body>
        </html>
        """;

    public static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Problem(Where, statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "text/html; charset=utf-8";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(Html, context.RequestAborted);
    }
}

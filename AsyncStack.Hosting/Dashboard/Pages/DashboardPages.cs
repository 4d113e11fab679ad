using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace AsyncStack.Hosting.Dashboard.Pages;

/// <summary>The pages: the built Vue application in the folder <c>dashboard</c> beside the AppHost.</summary>
internal static class DashboardPages
{
    private const string Missing =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>AsyncStack: dashboard not built</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; }</style>
        </head>
        <body>
        <main>
        <h1>The dashboard's pages are not built</h1>
        <p>The graph runs and its telemetry is kept, but the pages are missing beside the AppHost. Its build makes them where it finds
        Node 20.19 or later and npm: install these, build again and restart the AppHost.</p>
        <pre>dotnet build AsyncStack.AppHost</pre>
        </main>
        </body>
        </html>
        """;

    /// <summary>Where the build puts them.</summary>
    public static readonly string BuiltFolder = Path.Combine(AppContext.BaseDirectory, "dashboard");

    public static void UseDashboardPages(this IApplicationBuilder app, string folder)
    {
        if (Directory.Exists(folder))
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), OnPrepareResponse = Cache });
        var page = Path.Combine(folder, "index.html");
        app.Run(context => AnswerPageAsync(context, page));
    }

    // The application routes by itself, so every path that is no file is its page.
    private static Task AnswerPageAsync(HttpContext context, string page)
    {
        var isPage = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isPage || IsAsset(context.Request.Path))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        if (File.Exists(page))
            return context.Response.SendFileAsync(page, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(Missing, context.RequestAborted);
    }

    private static bool IsAsset(PathString path) => path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase);

    // Names under assets carry a hash of what is in them; all else may change with the next build.
    private static void Cache(StaticFileResponseContext file)
        => file.Context.Response.Headers.CacheControl = IsAsset(file.Context.Request.Path) ? "private, max-age=31536000, immutable" : "no-cache";
}

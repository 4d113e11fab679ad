using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Web.Pages;

/// <summary>
/// The pages that the build made, below <c>/app/</c>. What has its content's hash in its name may be kept for ever; the rest is asked for
/// again each time. An address that is no file is a page's, and the one document knows which.
/// </summary>
internal static class PageEndpoints
{
    private const string Root = "/app";
    private const string Document = "index.html";
    private const string Hashed = "assets/";

    public static IEndpointRouteBuilder MapPages(this IEndpointRouteBuilder app)
    {
        var files = PageFile.ReadAll(Path.Combine(AppContext.BaseDirectory, "app"));
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapGet("/app/settings.json", Settings);
        app.MapMethods("/app/{**path}", methods, (HttpContext http, string? path) => Serve(files, path ?? "", http));
        return app;
    }

    private static Ok<PageSettings> Settings(IConfiguration configuration, HttpResponse response)
    {
        response.Headers.CacheControl = "no-cache";
        return TypedResults.Ok(new PageSettings(configuration["Pages:TraceUrl"] ?? configuration["ASYNCSTACK_TRACE_URL"]));
    }

    private static Results<PhysicalFileHttpResult, ProblemHttpResult, RedirectHttpResult> Serve(Dictionary<string, PageFile> files, string path, HttpContext http)
    {
        // To routing both are the same.
        if (http.Request.Path == Root)
            return TypedResults.LocalRedirect(Root + "/");
        if (files.GetValueOrDefault(path) is { } file)
            return Send(file, path.StartsWith(Hashed, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache", http);
        if (path.StartsWith(Hashed, StringComparison.Ordinal))
            return TypedResults.Problem("There is no such file; a newer version of the pages may be in place. Load the page again.", statusCode: StatusCodes.Status404NotFound);
        return files.GetValueOrDefault(Document) is { } document
            ? Send(document, "no-cache", http)
            : TypedResults.Problem("The pages were not built: that needs Node 20.19 or later and npm when AsyncStack.Web is built.", statusCode: StatusCodes.Status404NotFound);
    }

    private static PhysicalFileHttpResult Send(PageFile file, string caching, HttpContext http)
    {
        var headers = http.Response.Headers;
        var coding = file.CodingFor(http.Request);
        headers.CacheControl = caching;
        headers.Vary = HeaderNames.AcceptEncoding;
        if (coding is not null)
            headers.ContentEncoding = coding.Name;
        return TypedResults.PhysicalFile(
            file.Path + coding?.Suffix, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Hash}{coding?.Suffix}\""));
    }
}

/// <summary>What the pages are told of where they run.</summary>
/// <param name="TraceUrl">Where a trace is shown, with <c>{trace_id}</c> for its id; null when nowhere.</param>
internal sealed record PageSettings(string? TraceUrl);

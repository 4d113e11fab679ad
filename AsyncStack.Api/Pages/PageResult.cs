namespace AsyncStack.Api.Pages;

/// <summary>Answers a page with the headers that keep it to itself.</summary>
internal sealed class PageResult(Page page, params IReadOnlyList<(string Name, Html Value)> values) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ContentSecurityPolicy = page.ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
        response.ContentType = "text/html; charset=utf-8";
        return response.WriteAsync(page.Fill(values).ToString(), httpContext.RequestAborted);
    }
}

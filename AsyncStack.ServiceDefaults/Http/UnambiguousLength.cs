using Microsoft.AspNetCore.Http;

namespace AsyncStack.ServiceDefaults.Http;

/// <summary>
/// Refuses a body whose end a proxy before this service may have seen elsewhere: with a length beside its chunks, or with chunks in HTTP/1.0.
/// </summary>
internal sealed class UnambiguousLength(RequestDelegate next)
{
    // Kestrel reads the chunks and renames the length that came beside them.
    private const string OverriddenLength = "X-Content-Length";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.TransferEncoding.Count == 0 || (!request.Headers.ContainsKey(OverriddenLength) && !HttpProtocol.IsHttp10(request.Protocol)))
            return next(context);
        // Whatever follows on this connection may be part of that body.
        context.Response.Headers.Connection = "close";
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }
}

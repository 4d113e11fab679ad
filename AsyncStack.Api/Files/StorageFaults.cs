using AsyncStack.Core.Storage;

namespace AsyncStack.Api.Files;

/// <summary>Answers 503 with Retry-After where object storage does not answer.</summary>
internal sealed class StorageFaults(ILogger<StorageFaults> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ObjectStorageException exception)
        {
            var http = context.HttpContext;
            Log.StorageUnavailable(logger, http.Request.Method, http.Request.Path, exception.Message);
            http.Response.Headers.RetryAfter = "2";
            return Results.Problem("Object storage does not answer. Send it again after a moment.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}

using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>Says what holds for every operation.</summary>
internal sealed class DocumentTransformer : IOpenApiDocumentTransformer
{
    private static readonly string Conventions = $"""
        Takes work, commits it, queues it, processes it, stores what comes out and calls back whoever asked.

        JSON is snake_case, times are RFC 3339 in UTC, ids are UUIDs of version 7. Unknown fields of a request are ignored, and null counts
        as absent. `X-Correlation-Id` is echoed, `traceparent` is carried on. Errors are problems (RFC 9457):

        {Problems.Table}

        A fault of the server itself is a problem with status 500.
        """;

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "AsyncStack", Version = "v1", Description = Conventions };

        // The framework names the address of whoever asks first; without one, paths are relative to where the document is.
        document.Servers = null;
        return Task.CompletedTask;
    }
}

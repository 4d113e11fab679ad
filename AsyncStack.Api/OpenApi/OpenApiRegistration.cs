using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.OpenApi;

/// <summary>The API's description: <c>/openapi/v1.json</c>, and <c>/docs</c> and <c>/redoc</c> to read it.</summary>
internal static class OpenApiRegistration
{
    private const string DocumentPath = $"/openapi/{OpenApiText.Name}.json";

    // Both write styles into the page. Nothing is loaded from or sent to another origin.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    private const string RedocPage = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>AsyncStack API</title>
          <link rel="icon" href="data:,">
          <link href="index.css" rel="stylesheet">
        </head>
        <body>
          <div id="redoc-container"></div>
          <script src="redoc.standalone.js"></script>
          <script src="index.js"></script>
        </body>
        </html>
        """;

    public static void AddOpenApiDocument(this WebApplicationBuilder builder)
    {
        // Schemas are made by these; endpoints serialise by their own contexts, which say the same.
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.Services.AddOpenApi(OpenApiText.Name, options => options
            .AddSchemaTransformer<SchemaTransformer>()
            .AddOperationTransformer<OperationTransformer>()
            .AddOperationTransformer<SecurityTransformer>()
            .AddDocumentTransformer<DocumentTransformer>()
            .AddDocumentTransformer<SecurityTransformer>());
        builder.Services.AddSingleton<OpenApiText>();
    }

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app) =>
        app.MapGet(DocumentPath, async (OpenApiText text) => Results.Bytes(await text.ReadAsync(), "application/json")).ExcludeFromDescription();

    /// <summary>Serves the pages to read the document with. They are open as it is, so this comes before it is asked who calls.</summary>
    public static void UseDocumentPages(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase) || context.Request.Path.StartsWithSegments("/redoc", StringComparison.OrdinalIgnoreCase),
        pages => pages.Use(Contain).UseSwaggerUI(SetUpDocs).UseReDoc(SetUpRedoc));

    private static Task Contain(HttpContext context, RequestDelegate next)
    {
        // ReDoc searches in a worker that it makes of a blob; its badge would come from another origin and is left out.
        context.Response.Headers.ContentSecurityPolicy =
            context.Request.Path.StartsWithSegments("/redoc", StringComparison.OrdinalIgnoreCase) ? $"{Policy}; worker-src blob:" : Policy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }

    private static void SetUpDocs(Swashbuckle.AspNetCore.SwaggerUI.SwaggerUIOptions docs)
    {
        docs.RoutePrefix = "docs";
        docs.DocumentTitle = "AsyncStack API";
        docs.SwaggerEndpoint(DocumentPath, OpenApiText.Name);
    }

    private static void SetUpRedoc(Swashbuckle.AspNetCore.ReDoc.ReDocOptions redoc)
    {
        redoc.RoutePrefix = "redoc";
        redoc.SpecUrl = DocumentPath;
        redoc.IndexStream = static () => new MemoryStream(Encoding.UTF8.GetBytes(RedocPage));
    }
}

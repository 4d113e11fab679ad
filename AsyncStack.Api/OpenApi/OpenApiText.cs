using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>The document as it is served, made once.</summary>
internal sealed class OpenApiText([FromKeyedServices(OpenApiText.Name)] IOpenApiDocumentProvider documents)
{
    /// <summary>The document's name, and its version in paths.</summary>
    public const string Name = "v1";

    private readonly Lazy<Task<byte[]>> _text = new(() => WriteAsync(documents));

    /// <summary>JSON in UTF-8.</summary>
    public Task<byte[]> ReadAsync() => _text.Value;

    private static async Task<byte[]> WriteAsync(IOpenApiDocumentProvider documents)
    {
        var document = await documents.GetOpenApiDocumentAsync();
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        text.WriteByte((byte)'\n');
        return text.ToArray();
    }
}

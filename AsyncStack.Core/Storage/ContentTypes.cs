using Microsoft.AspNetCore.StaticFiles;

namespace AsyncStack.Core.Storage;

/// <summary>Media types by file extension, so that both drivers serve an object the same way without keeping metadata.</summary>
internal static class ContentTypes
{
    private const string Unknown = "application/octet-stream";
    private static readonly FileExtensionContentTypeProvider ByExtension = new(
        new Dictionary<string, string>(new FileExtensionContentTypeProvider().Mappings, StringComparer.OrdinalIgnoreCase)
        {
            [".parquet"] = "application/vnd.apache.parquet",
        });

    public static string Of(ObjectUri uri) => ByExtension.TryGetContentType(uri.FileName, out var type) ? type : Unknown;
}

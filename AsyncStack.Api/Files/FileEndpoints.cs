using AsyncStack.Api.OpenApi;
using AsyncStack.Core.Storage;
using AsyncStack.Core.Storage.Files;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Api.Files;

/// <summary>Gives and takes objects of the file driver by signed URL. With another driver its URLs lead to that server, and these answer 404.</summary>
public static class FileEndpoints
{
    private const string Route = "/{bucket}/{**key}";

    public static IEndpointRouteBuilder MapFiles(this IEndpointRouteBuilder app)
    {
        var files = app.MapGroup(FileUrlSigner.Route).WithTags("Files");
        files.MapGet(Route, Download).Describe("DownloadFile", "Gives a stored object by its signed URL", DescribeDownload);
        files.MapMethods(Route, [HttpMethods.Head], Download).Describe("HeadFile", "What a download would answer, without the bytes", DescribeDownload);
        files.MapPut(Route, Upload).Describe("UploadFile", "Takes a stored object by its signed URL", o => Signed(o)
            .TakesBytes()
            .Answers(200, "It is stored.").With("ETag", "The object's entity tag.")
            .Refuses(400, 403));
        return app;
    }

    private static Operation DescribeDownload(Operation operation) => Signed(operation)
        .Query("name", "The file name that is proposed; part of what is signed.", Schemas.Text())
        .Answers(200, "The object.").As("*/*").With("ETag", "The object's entity tag.")
        .Answers(206, "The part that Range asks for.").As("*/*")
        .Answers(304, "It is still what If-None-Match names.")
        .Answers(416, "Range lies outside of the object.")
        .Refuses(400, 403, 404, 412);

    private static Operation Signed(Operation operation) => operation
        .Path("bucket", "The bucket.", Schemas.Text())
        .Path("key", "The object's key, slashes included.", Schemas.Text())
        .Query("expires", "Until when the URL is good, in Unix seconds.", Schemas.Integer(0), required: true)
        .Query("signature", "The URL's signature.", Schemas.Text(), required: true);

    private static async Task<IResult> Download(
        string bucket, string key, long? expires, string? name, string? signature, IObjectStorage storage, HttpContext http)
    {
        if (Open(storage, HttpMethods.Get, bucket, key, expires, name, signature) is not { } uri)
            return Refused();
        try
        {
            var content = await storage.OpenAsync(uri, cancellationToken: http.RequestAborted);
            http.Response.RegisterForDisposeAsync(content);
            Contain(http.Response);
            return TypedResults.Stream(
                content.Stream, content.Info.ContentType, name ?? uri.FileName,
                content.Info.LastModified, new EntityTagHeaderValue($"\"{content.Info.ETag}\""), enableRangeProcessing: true);
        }
        catch (ObjectNotFoundException e)
        {
            return TypedResults.Problem(e.Message, statusCode: StatusCodes.Status404NotFound);
        }
    }

    private static async Task<IResult> Upload(
        string bucket, string key, long? expires, string? signature, IObjectStorage storage, IOptions<StorageOptions> options, HttpContext http)
    {
        if (Open(storage, HttpMethods.Put, bucket, key, expires, name: null, signature) is not { } uri)
            return Refused();
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxUploadBytes;
        try
        {
            var stored = await storage.PutAsync(uri, http.Request.Body, options: null, http.RequestAborted);
            http.Response.Headers.ETag = $"\"{stored.ETag}\"";
            return TypedResults.Ok();
        }
        catch (BadHttpRequestException e)
        {
            return TypedResults.Problem(e.Message, statusCode: e.StatusCode);
        }
    }

    // One answer for every fault of a URL, so that it tells nothing about what is stored.
    private static ProblemHttpResult Refused() => TypedResults.Problem(
        "The signed URL is not valid for this request or has expired; ask for a new one.", statusCode: StatusCodes.Status403Forbidden);

    private static ObjectUri? Open(
        IObjectStorage storage, string method, string bucket, string key, long? expires, string? name, string? signature) =>
        storage is TracedObjectStorage { Driver: FileObjectStorage files }
        && expires is { } until
        && signature is not null
        && ObjectUri.TryCreate(bucket, key, out var uri)
        && files.Urls.Verify(method, uri, until, name, signature)
            ? uri
            : null;

    // Whoever uploads chooses the bytes, and they are served from the Api's own origin.
    private static void Contain(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.CacheControl = "private, no-cache";
    }
}

using System.Text;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AsyncStack.Api.Datasets;

/// <summary>A <c>multipart/form-data</c> body, its file staged and its other fields read, in whatever order they came.</summary>
internal sealed class UploadedForm(IObjectStorage storage, long maxFileBytes) : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int MaxFieldBytes = 4096;
    private static readonly PutOptions Hashed = new(ComputeSha256: true);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public IStagedObject? File { get; private set; }

    public string? FileName { get; private set; }

    public string? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>Reads to the closing boundary; an answer when the body is not what it should be.</summary>
    public async Task<IResult?> ReadAsync(HttpRequest request, FieldErrors errors)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
        {
            return Malformed("The Content-Type names no boundary; a client that builds the form by itself adds it.");
        }

        try
        {
            var reader = new MultipartReader(boundary, request.Body, BufferSize);
            while (await reader.ReadNextSectionAsync(request.HttpContext.RequestAborted) is { } section)
            {
                await TakeAsync(section, errors, request.HttpContext.RequestAborted);
            }

            return null;
        }
        catch (FileTooLargeException)
        {
            return TooLarge(maxFileBytes);
        }
        catch (InvalidDataException)
        {
            return Malformed("A part of the form has too many or too long headers.");
        }
        catch (IOException e) when (e is not (ObjectStorageException or BadHttpRequestException))
        {
            return Malformed("The form ends before its closing boundary: the upload was cut. Send it again whole.");
        }
    }

    public static IResult TooLarge(long limit) => Results.Problem(
        $"The file is larger than {limit} bytes, the limit set by Datasets:MaxFileBytes. Send a smaller one, or gzip it.",
        statusCode: StatusCodes.Status413PayloadTooLarge);

    public ValueTask DisposeAsync() => File?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static IResult Malformed(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest);

    private async Task TakeAsync(MultipartSection section, FieldErrors errors, CancellationToken cancellationToken)
    {
        var disposition = section.GetContentDispositionHeader();
        var name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value;
        if (name == "file" && File is null)
        {
            var fileName = HeaderUtilities.RemoveQuotes(disposition!.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName);
            FileName = fileName.Value;
            File = await storage.StageAsync(StorageBuckets.Datasets, new LimitedStream(section.Body, maxFileBytes), Hashed, cancellationToken);
        }
        else if (name is not null && (name == "file" || _fields.ContainsKey(name)))
        {
            errors.Add(name, $"{name} is there twice; send it once.");
        }
        else if (name is "owner_id" or "name" or "format")
        {
            _fields[name] = await ReadFieldAsync(name, section.Body, errors, cancellationToken);
        }
    }

    private static async Task<string> ReadFieldAsync(string name, Stream body, FieldErrors errors, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxFieldBytes)
        {
            errors.Add(name, $"{name} has more than {MaxFieldBytes} bytes.");
            return "-";
        }

        try
        {
            return StrictUtf8.GetString(buffer, 0, length);
        }
        catch (DecoderFallbackException)
        {
            errors.Add(name, $"{name} is not valid UTF-8.");
            return "-";
        }
    }
}

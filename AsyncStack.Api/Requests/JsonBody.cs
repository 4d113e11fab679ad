using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;

namespace AsyncStack.Api.Requests;

/// <summary>A JSON request body, read whole within a limit and checked to be JSON in UTF-8; or the answer that refuses it.</summary>
/// <param name="Root">The value.</param>
/// <param name="Bytes">The body as it came.</param>
/// <param name="Refusal">415, 413 or 400 with a text that says what to mend; null when the body is good.</param>
internal readonly record struct JsonBody(JsonElement Root, byte[] Bytes, IResult? Refusal)
{
    public static async ValueTask<JsonBody> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return Refuse(
                StatusCodes.Status415UnsupportedMediaType, $"The Content-Type is '{request.ContentType}'; send application/json.");
        }

        return await ReadBytesAsync(request, maxBytes, cancellationToken) is { } bytes
            ? Parse(bytes)
            : Refuse(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {maxBytes} bytes.");
    }

    private static JsonBody Parse(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            return Refuse(StatusCodes.Status400BadRequest, $"The body is not valid UTF-8: byte {InvalidByte(bytes)} begins no character.");
        }

        try
        {
            return new JsonBody(JsonElement.Parse(bytes), bytes, null);
        }
        catch (JsonException exception)
        {
            return Refuse(
                StatusCodes.Status400BadRequest,
                $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    private static async ValueTask<byte[]?> ReadBytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        // The limit here replaces the server's own, which may be lower.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > maxBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static JsonBody Refuse(int status, string detail) => new(default, [], Results.Problem(detail, statusCode: status));

    private static int InvalidByte(byte[] bytes)
    {
        Utf8.ToUtf16(bytes, new char[bytes.Length], out var read, out _, replaceInvalidSequences: false);
        return read;
    }
}

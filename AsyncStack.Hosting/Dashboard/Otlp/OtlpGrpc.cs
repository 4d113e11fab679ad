using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>
/// OTLP/gRPC: unary calls on HTTP/2. A message is a flag, its length in four bytes, the highest first, and its bytes; the status comes in
/// trailers. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.
/// </summary>
internal static partial class OtlpGrpc
{
    private const string ContentType = "application/grpc";
    private const int HeaderBytes = 5;
    private const int MaxMessageLength = 600;

    /// <summary>Serves a call; null is a method that does not exist.</summary>
    public static async Task ServeAsync(HttpContext http, OtlpServer server, OtlpSignal? signal, ILogger logger)
    {
        if (HttpProtocol.IsHttp11(http.Request.Protocol) || HttpProtocol.IsHttp10(http.Request.Protocol))
        {
            (http.Response.StatusCode, http.Response.Headers.Upgrade) = (StatusCodes.Status426UpgradeRequired, "HTTP/2");
            return;
        }

        if (!IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        try
        {
            var answer = await CallAsync(http, server, signal);
            Write(http.Response, answer);
            WriteStatus(http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, OtlpCode.Ok, "");
        }
        catch (Exception exception)
        {
            // Without a message the status stands in the only block of headers.
            http.Response.ContentType = ContentType;
            http.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
            var (code, message) = StatusOf(exception, http, logger);
            WriteStatus(http.Response.Headers, code, message);
        }
    }

    private static Task<IMessage> CallAsync(HttpContext http, OtlpServer server, OtlpSignal? signal)
    {
        server.CheckKey(http.Request);
        if (signal is null)
            throw new OtlpRefusal(OtlpCode.Unimplemented, StatusCodes.Status404NotFound, $"There is no method {http.Request.Path}.");
        var gzip = http.Request.Headers["grpc-encoding"].ToString() switch
        {
            "" or "identity" => false,
            "gzip" => true,
            var other => throw new OtlpRefusal(OtlpCode.Unimplemented, StatusCodes.Status415UnsupportedMediaType, $"grpc-encoding is '{other}'; it must be gzip or identity."),
        };
        var timeout = ReadTimeout(http.Request.Headers["grpc-timeout"].ToString());
        return server.TakeAsync(http, timeout, HeaderBytes, body => Take(server, signal, body, gzip));
    }

    private static IMessage Take(OtlpServer server, OtlpSignal signal, PooledBytes body, bool gzip)
    {
        var bytes = body.Memory;
        if (bytes.Length < HeaderBytes)
            throw Broken("The request has no whole message.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[1..]);
        if (length != bytes.Length - HeaderBytes)
            throw Broken($"The request must be one message; its first has {length} bytes and {bytes.Length - HeaderBytes} come.");
        switch (bytes.Span[0])
        {
            case 0:
                return signal.FromProtobuf(server.Session, bytes[HeaderBytes..]);
            case 1 when gzip:
                using (var compressed = body.AsStream())
                {
                    compressed.Position = HeaderBytes;
                    using var message = PooledBytes.Decompress(compressed, server.MaxRequestBytes);
                    return signal.FromProtobuf(server.Session, message.Memory);
                }

            case 1:
                throw Broken("The message is marked as compressed and the request names no grpc-encoding.");
            case var flag:
                throw Broken($"A message begins with the flag {flag}; it must be 0 or 1.");
        }
    }

    private static OtlpRefusal Broken(string message) => new(OtlpCode.Internal, StatusCodes.Status400BadRequest, message);

    private static (OtlpCode Code, string Message) StatusOf(Exception exception, HttpContext http, ILogger logger)
    {
        switch (exception)
        {
            case OtlpRefusal refusal:
                return (refusal.Code, refusal.Message);
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                return (OtlpCode.Canceled, "The sender has gone.");
            default:
                Failed(logger, http.Request.Path, exception);
                return (OtlpCode.Unknown, "The call failed for a reason within the dashboard; its log has the details.");
        }
    }

    /// <summary>One to eight digits and a unit.</summary>
    private static TimeSpan? ReadTimeout(string text)
    {
        if (text.Length == 0)
            return null;
        var ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 1L,
            _ => 0L,
        };
        return ticks > 0 && text.Length is >= 2 and <= 9 && long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromTicks(text[^1] == 'n' ? count / 100 : count * ticks)
            : throw Broken($"grpc-timeout is '{text}'; it must be up to eight digits and one of H, M, S, m, u, n.");
    }

    private static void Write(HttpResponse response, IMessage message)
    {
        response.ContentType = ContentType;
        var size = message.CalculateSize();
        var header = response.BodyWriter.GetSpan(HeaderBytes);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], size);
        response.BodyWriter.Advance(HeaderBytes);
        message.WriteTo(response.BodyWriter);
    }

    private static void WriteStatus(IHeaderDictionary block, OtlpCode code, string message)
    {
        block["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        if (message.Length > 0)
            block["grpc-message"] = Uri.EscapeDataString(message.Length <= MaxMessageLength ? message : message[..MaxMessageLength]);
    }

    private static bool IsGrpc(string? type) =>
        type is not null
        && type.Split(';')[0].Trim() is var media
        && (media.Equals(ContentType, StringComparison.OrdinalIgnoreCase) || media.Equals($"{ContentType}+proto", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(LogLevel.Error, "The OTLP call {Path} failed")]
    private static partial void Failed(ILogger logger, string path, Exception exception);
}

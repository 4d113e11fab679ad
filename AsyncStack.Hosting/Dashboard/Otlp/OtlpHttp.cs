using System.Net.Mime;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using RpcStatus = AsyncStack.Hosting.Dashboard.Otlp.Wire.Rpc.Status;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>OTLP/HTTP: a request in protobuf or JSON, maybe compressed, and an answer of the same kind. Source: OTLP specification, OTLP/HTTP.</summary>
internal static class OtlpHttp
{
    private const string Protobuf = "application/x-protobuf";

    public static async Task ServeAsync(HttpContext http, OtlpServer server, OtlpSignal signal)
    {
        var json = IsType(http.Request, MediaTypeNames.Application.Json);
        try
        {
            server.CheckKey(http.Request);
            if (!json && !IsType(http.Request, Protobuf))
                throw Unsupported($"Content-Type is '{http.Request.ContentType}'; send {Protobuf} or {MediaTypeNames.Application.Json}.");
            var gzip = IsGzip(http.Request);
            var answer = await server.TakeAsync(http, deadline: null, framing: 0, body => Take(server, signal, body, json, gzip));
            await AnswerAsync(http, StatusCodes.Status200OK, answer, json);
        }
        catch (OtlpRefusal refusal)
        {
            if (refusal.IsTemporary)
                http.Response.Headers.RetryAfter = "1";
            if (refusal.Code == OtlpCode.Unauthenticated)
                http.Response.Headers.WWWAuthenticate = $"ApiKey header=\"{ApiKey.Header}\"";
            await AnswerAsync(
                http, refusal.HttpStatus, new RpcStatus { Code = (int)refusal.Code, Message = refusal.Message }, json || !IsType(http.Request, Protobuf));
        }
    }

    private static IMessage Take(OtlpServer server, OtlpSignal signal, PooledBytes body, bool json, bool gzip)
    {
        using var decompressed = gzip ? PooledBytes.Decompress(body.AsStream(), server.MaxRequestBytes) : null;
        var bytes = decompressed ?? body;
        if (!json)
            return signal.FromProtobuf(server.Session, bytes.Memory);
        using var stream = bytes.AsStream();
        return signal.FromJson(server.Session, stream);
    }

    private static bool IsType(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var given) && given.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);

    private static bool IsGzip(HttpRequest request) => request.Headers.ContentEncoding.ToString() switch
    {
        "" => false,
        var one when one.Equals("identity", StringComparison.OrdinalIgnoreCase) => false,
        var one when one.Equals("gzip", StringComparison.OrdinalIgnoreCase) => true,
        var other => throw Unsupported($"Content-Encoding is '{other}'; send gzip or none."),
    };

    private static OtlpRefusal Unsupported(string message) => new(OtlpCode.InvalidArgument, StatusCodes.Status415UnsupportedMediaType, message);

    private static async Task AnswerAsync(HttpContext http, int status, IMessage answer, bool json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = json ? MediaTypeNames.Application.Json : Protobuf;
        var bytes = json ? Encoding.UTF8.GetBytes(OtlpJson.Format(answer)) : answer.ToByteArray();
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }
}

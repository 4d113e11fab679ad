using System.Net.Http.Headers;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>What the headers of a call say. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Timeout = "grpc-timeout";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";

    /// <summary>The encodings that are taken, as <see cref="AcceptEncoding"/> tells them.</summary>
    public const string Encodings = "identity,gzip";

    /// <summary>Whether the body is messages of protobuf; <c>application/grpc-web</c> and <c>+json</c> are not.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null
        && (contentType.Equals(ContentType, StringComparison.OrdinalIgnoreCase)
            || (contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
                && MediaTypeHeaderValue.TryParse(contentType, out var type)
                && type.MediaType is { } media
                && (media.Equals(ContentType, StringComparison.OrdinalIgnoreCase)
                    || media.Equals($"{ContentType}+proto", StringComparison.OrdinalIgnoreCase))));

    /// <summary>Whether compressed messages of the request are gzip.</summary>
    /// <exception cref="GrpcException">UNIMPLEMENTED: they are in an encoding that is not spoken here.</exception>
    public static bool ReadEncoding(IHeaderDictionary headers) => headers[Encoding].ToString() switch
    {
        "" or "identity" => false,
        Gzip.Name => true,
        var other => throw new GrpcException(GrpcCode.Unimplemented, $"grpc-encoding is '{other}'; it must be one of {Encodings}."),
    };

    /// <summary>Whether the client takes gzip.</summary>
    public static bool TakesGzip(IHeaderDictionary headers)
    {
        foreach (var value in headers[AcceptEncoding])
        {
            foreach (var name in value.AsSpan().Split(','))
            {
                if (value.AsSpan()[name].Trim().SequenceEqual(Gzip.Name))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The time the client gives the call; null for as long as it takes.</summary>
    /// <exception cref="GrpcException">INTERNAL, as other servers answer: it is none.</exception>
    public static TimeSpan? ReadTimeout(IHeaderDictionary headers) => headers[Timeout].ToString() switch
    {
        "" => null,
        var text when GrpcTimeout.TryParse(text, out var timeout) => timeout,
        var text => throw new GrpcException(
            GrpcCode.Internal, $"grpc-timeout is '{text}'; it must be up to eight digits and one of H, M, S, m, u, n."),
    };
}

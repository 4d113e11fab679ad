using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>Why a request gets nothing: as gRPC tells it, and as HTTP does.</summary>
internal enum OtlpCode
{
    Ok = 0,
    Canceled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>Ends a request.</summary>
/// <param name="code">For gRPC, and in the body of HTTP.</param>
/// <param name="httpStatus">For HTTP.</param>
/// <param name="message">What is wrong and what to do about it.</param>
internal sealed class OtlpRefusal(OtlpCode code, int httpStatus, string message) : Exception(message)
{
    public OtlpCode Code => code;

    public int HttpStatus => httpStatus;

    /// <summary>The sender should send the same again after a moment.</summary>
    public bool IsTemporary => httpStatus is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;

    public static OtlpRefusal Malformed(string message) => new(OtlpCode.InvalidArgument, StatusCodes.Status400BadRequest, message);

    public static OtlpRefusal TooLong(int most) =>
        new(OtlpCode.ResourceExhausted, StatusCodes.Status413PayloadTooLarge, $"The request has more than {most} bytes, the most it may have after decompression; send smaller batches.");

    public static OtlpRefusal Unauthenticated() => new(
        OtlpCode.Unauthenticated, StatusCodes.Status401Unauthorized,
        $"The header {ApiKey.Header} is missing or wrong; set OTEL_EXPORTER_OTLP_HEADERS={ApiKey.Header}=… to the key of this graph.");

    public static OtlpRefusal Busy() =>
        new(OtlpCode.Unavailable, StatusCodes.Status429TooManyRequests, "Too many requests come at a time; send it again after a moment.");

    public static OtlpRefusal TooSlow() =>
        new(OtlpCode.Unavailable, StatusCodes.Status503ServiceUnavailable, "The request did not come in time; send it again.");
}

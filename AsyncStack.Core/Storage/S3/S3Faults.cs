using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace AsyncStack.Core.Storage.S3;

/// <summary>Turns what the SDK throws into the storage's own exceptions.</summary>
internal static class S3Faults
{
    public static bool IsNotFound(Exception e) => e is AmazonServiceException { StatusCode: HttpStatusCode.NotFound };

    public static bool IsBadRange(Exception e) => e is AmazonServiceException { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable };

    /// <summary>True for faults of the server or the way there; false for the caller's own cancellation.</summary>
    public static bool IsFault(Exception e, CancellationToken cancellationToken) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public static ObjectStorageException Translate(Exception e, string bucket) => e switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => new BucketNotFoundException(bucket, e),
        AmazonServiceException s => new ObjectStorageException($"The S3 server answered {(int)s.StatusCode} {s.ErrorCode}: {s.Message}", e),
        OperationCanceledException => new ObjectStorageException("The S3 server did not answer in time.", e),
        _ => new ObjectStorageException($"The S3 server could not be reached: {e.Message}", e),
    };
}

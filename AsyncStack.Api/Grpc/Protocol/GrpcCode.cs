namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>How a call ended, by the numbers that <c>grpc-status</c> carries. Source: grpc/grpc, doc/statuscodes.md.</summary>
internal enum GrpcCode
{
    OK = 0,
    Canceled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

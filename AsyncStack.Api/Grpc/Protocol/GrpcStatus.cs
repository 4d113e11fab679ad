namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>The end of a call as its caller sees it.</summary>
/// <param name="Code">Which kind of end.</param>
/// <param name="Message">For people; empty for OK.</param>
internal readonly record struct GrpcStatus(GrpcCode Code, string Message)
{
    public static readonly GrpcStatus OK = new(GrpcCode.OK, "");

    /// <summary>True when it is the server's fault, as OpenTelemetry's conventions for RPC servers tell faults.</summary>
    public bool IsServerFault => Code
        is GrpcCode.Unknown or GrpcCode.DeadlineExceeded or GrpcCode.Unimplemented
        or GrpcCode.Internal or GrpcCode.Unavailable or GrpcCode.DataLoss;
}

/// <summary>Ends a call with a status; thrown by handlers and by the protocol.</summary>
/// <param name="code">Which kind of end.</param>
/// <param name="message">For the caller. What is quoted in it comes from the caller, so it is cut where clients begin to refuse it.</param>
internal sealed class GrpcException(GrpcCode code, string message) : Exception(message)
{
    /// <summary>Encoded, so many characters are less than the 8 KiB that clients are advised to take.</summary>
    private const int MaxLength = 600;

    public GrpcStatus Status => new(code, Message.Length <= MaxLength ? Message : $"{Message[..MaxLength]}…");
}

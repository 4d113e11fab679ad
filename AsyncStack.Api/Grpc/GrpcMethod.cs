using AsyncStack.Api.Grpc.Protocol;

namespace AsyncStack.Api.Grpc;

/// <summary>One method as it is served.</summary>
/// <param name="Service">The service's full name.</param>
/// <param name="Name">The method's name.</param>
/// <param name="Type"><c>unary</c>, <c>client_stream</c>, <c>server_stream</c> or <c>bidi_stream</c>.</param>
/// <param name="RunAsync">Reads the request and writes the response.</param>
internal sealed record GrpcMethod(string Service, string Name, string Type, Func<GrpcCall, Task> RunAsync)
{
    public const string UnaryType = "unary";

    /// <summary>Stands for all that are not served, so that made-up names are no labels of metrics.</summary>
    public static readonly GrpcMethod Unknown = new(
        "unknown", "unknown", UnaryType, _ => throw new GrpcException(GrpcCode.Unimplemented, "There is no such method here."));

    public string Path => $"/{Service}/{Name}";

    /// <summary>Whether it may last as long as the client wants.</summary>
    public bool IsStreaming => Type != UnaryType;
}

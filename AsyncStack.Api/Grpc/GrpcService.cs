using AsyncStack.Api.Grpc.Protocol;
using Google.Protobuf;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AsyncStack.Api.Grpc;

/// <summary>A service of a .proto file and the handlers of its methods.</summary>
internal sealed class GrpcService(ServiceDescriptor descriptor)
{
    private readonly List<GrpcMethod> _methods = [];

    /// <summary>The methods, once each has a handler.</summary>
    /// <exception cref="InvalidOperationException">One has none.</exception>
    public IReadOnlyList<GrpcMethod> Methods
    {
        get
        {
            var missing = descriptor.Methods.Select(m => m.Name).Except(_methods.Select(m => m.Name)).ToList();
            return missing.Count == 0
                ? _methods
                : throw new InvalidOperationException($"{descriptor.FullName} is served without {string.Join(", ", missing)}.");
        }
    }

    /// <summary>One message in, one out.</summary>
    public GrpcService Unary<TRequest, TResponse>(string name, Func<TRequest, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
        => Add(name, clientStreams: false, serverStreams: false, async call =>
            call.WriteSingle(await handler(await call.ReadSingleAsync(Parser<TRequest>.Instance), call)));

    /// <summary>One message in, any number out.</summary>
    public GrpcService ServerStreaming<TRequest, TResponse>(string name, Func<TRequest, GrpcCall, IAsyncEnumerable<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
        => Add(name, clientStreams: false, serverStreams: true, async call =>
            await WriteAllAsync(handler(await call.ReadSingleAsync(Parser<TRequest>.Instance), call), call));

    /// <summary>Any number of messages in, one out.</summary>
    public GrpcService ClientStreaming<TRequest, TResponse>(string name, Func<IAsyncEnumerable<TRequest>, GrpcCall, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
        => Add(name, clientStreams: true, serverStreams: false, async call =>
            call.WriteSingle(await handler(call.ReadAllAsync(Parser<TRequest>.Instance), call)));

    /// <summary>Any number of messages in and out, each when it is there.</summary>
    public GrpcService Bidirectional<TRequest, TResponse>(
        string name, Func<IAsyncEnumerable<TRequest>, GrpcCall, IAsyncEnumerable<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
        => Add(name, clientStreams: true, serverStreams: true, call =>
            WriteAllAsync(handler(call.ReadAllAsync(Parser<TRequest>.Instance), call), call));

    private GrpcService Add(string name, bool clientStreams, bool serverStreams, Func<GrpcCall, Task> run)
    {
        var method = descriptor.FindMethodByName(name)
            ?? throw new InvalidOperationException($"{descriptor.FullName} has no method {name}.");
        if ((method.IsClientStreaming, method.IsServerStreaming) != (clientStreams, serverStreams))
        {
            throw new InvalidOperationException($"{descriptor.FullName}/{name} streams otherwise than its handler.");
        }

        _methods.Add(new GrpcMethod(descriptor.FullName, name, TypeOf(clientStreams, serverStreams), run));
        return this;
    }

    private static async Task WriteAllAsync<T>(IAsyncEnumerable<T> messages, GrpcCall call)
        where T : IMessage
    {
        await foreach (var message in messages.WithCancellation(call.Cancellation))
        {
            await call.WriteAsync(message);
        }
    }

    private static string TypeOf(bool clientStreams, bool serverStreams) => (clientStreams, serverStreams) switch
    {
        (false, false) => GrpcMethod.UnaryType,
        (true, false) => "client_stream",
        (false, true) => "server_stream",
        (true, true) => "bidi_stream",
    };

    private static class Parser<T>
        where T : class, IMessage<T>, new()
    {
        public static readonly MessageParser<T> Instance = new(static () => new T());
    }
}

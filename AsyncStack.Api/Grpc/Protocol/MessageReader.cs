using System.IO.Pipelines;
using Google.Protobuf;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>Reads the messages of a request one after another.</summary>
/// <param name="body">The request's body.</param>
/// <param name="encoded">Whether the request named gzip as the encoding of its compressed messages.</param>
/// <param name="maxBytes">Length of a message at the most, before and after decompression.</param>
internal sealed class MessageReader(PipeReader body, bool encoded, int maxBytes)
{
    /// <summary>The next message, or null when the request has ended.</summary>
    /// <exception cref="GrpcException">It is too long, broken off or not what it says it is.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            var (consumed, examined) = (buffer.Start, buffer.End);
            try
            {
                if (MessageFrame.TryTake(ref buffer, maxBytes, out var frame))
                {
                    consumed = examined = buffer.Start;
                    return Parse(frame, parser);
                }

                if (read.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw new GrpcException(GrpcCode.Internal, "The request ends within a message.");
                }
            }
            finally
            {
                body.AdvanceTo(consumed, examined);
            }
        }
    }

    private T Parse<T>(in MessageFrame frame, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (frame.Compressed && !encoded)
        {
            throw new GrpcException(GrpcCode.Internal, "The message is marked as compressed and the request names no grpc-encoding.");
        }

        try
        {
            return frame.Compressed
                ? parser.ParseFrom(Gzip.Decompress(frame.Payload, maxBytes).Span)
                : parser.ParseFrom(frame.Payload);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcException(GrpcCode.Internal, $"The message is not a {typeof(T).Name} in protobuf.");
        }
    }
}

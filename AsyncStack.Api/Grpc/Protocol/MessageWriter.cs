using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>Writes the messages of a response; what is worth it is compressed where the client takes that.</summary>
/// <param name="response">The response, whose headers the first message fixes.</param>
/// <param name="compressFrom">Messages of at least so many bytes are compressed; null when the client does not take gzip.</param>
internal sealed class MessageWriter(HttpResponse response, int? compressFrom)
{
    /// <summary>Whether the answer has more than a status.</summary>
    public bool HasWritten { get; private set; }

    /// <summary>Puts a message into the response's buffer.</summary>
    public void Write(IMessage message)
    {
        Begin();
        var size = message.CalculateSize();
        if (size >= compressFrom && Gzip.Compress(message) is var bytes && bytes.Length < size)
        {
            MessageFrame.WriteHeader(response.BodyWriter, compressed: true, bytes.Length);
            response.BodyWriter.Write(bytes.Span);
            return;
        }

        MessageFrame.WriteHeader(response.BodyWriter, compressed: false, size);
        message.WriteTo(response.BodyWriter);
    }

    /// <summary>Sends what is in the buffer; waits while the client does not read.</summary>
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken) => response.BodyWriter.FlushAsync(cancellationToken);

    private void Begin()
    {
        if (HasWritten)
        {
            return;
        }

        HasWritten = true;
        response.ContentType = GrpcHeaders.ContentType;
        if (compressFrom is not null)
        {
            // It names what the flag of each message then says.
            response.Headers[GrpcHeaders.Encoding] = Gzip.Name;
        }
    }
}

using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>One call: its metadata, its messages in and out, and the token that says that nobody awaits its end any more.</summary>
internal sealed class GrpcCall : IDisposable
{
    /// <summary>What a timer can be set to; a deadline further off than these seven weeks is none.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly HttpContext _http;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _ending;
    private readonly CancellationTokenRegistration _aborted;
    private readonly CancellationTokenRegistration _stopped;
    private readonly MessageReader _reader;
    private readonly MessageWriter _writer;

    /// <param name="http">The request and the response.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Tells the deadline.</param>
    /// <param name="stopping">Ends the call besides its client and its deadline: the end of the service, for streams.</param>
    /// <exception cref="GrpcException">The headers ask for what is not offered, or for nothing sensible.</exception>
    public GrpcCall(HttpContext http, GrpcOptions options, TimeProvider time, CancellationToken stopping)
    {
        var headers = http.Request.Headers;
        var timeout = GrpcHeaders.ReadTimeout(headers);
        (_http, _stopping) = (http, stopping);
        _reader = new MessageReader(http.Request.BodyReader, GrpcHeaders.ReadEncoding(headers), options.MaxReceiveBytes);
        _writer = new MessageWriter(http.Response, GrpcHeaders.TakesGzip(headers) ? options.CompressFromBytes : null);
        if (timeout is null && !stopping.CanBeCanceled)
        {
            return;
        }

        // A timer of no time fires later on another thread; the call must find itself over at once.
        _ending = timeout is { } left && left > TimeSpan.Zero && left < LongestTimer ? new(left, time) : new();
        if (timeout == TimeSpan.Zero)
        {
            _ending.Cancel();
        }

        _aborted = http.RequestAborted.UnsafeRegister(static ending => ((CancellationTokenSource)ending!).Cancel(), _ending);
        _stopped = stopping.UnsafeRegister(static ending => ((CancellationTokenSource)ending!).Cancel(), _ending);
    }

    /// <summary>Canceled when the client has gone or canceled, when the deadline has passed and, for streams, when the service stops.</summary>
    public CancellationToken Cancellation => _ending?.Token ?? _http.RequestAborted;

    /// <summary>Why the call is over before its handler is; null while it is not.</summary>
    public GrpcStatus? Interruption =>
        !Cancellation.IsCancellationRequested ? null
        : _http.RequestAborted.IsCancellationRequested ? new(GrpcCode.Canceled, "The client has canceled.")
        : _stopping.IsCancellationRequested ? new(GrpcCode.Unavailable, "The service stops; call again.")
        : new(GrpcCode.DeadlineExceeded, "The deadline has passed.");

    /// <summary>Whether the answer has more than a status.</summary>
    public bool HasWritten => _writer.HasWritten;

    /// <summary>Custom metadata of the request in ASCII; several of one name are joined by commas. Null when there is none.</summary>
    public string? Metadata(string name) => _http.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>Custom metadata of the request whose name ends with <c>-bin</c>, in the order it came; what is no base64 is left out.</summary>
    public IReadOnlyList<byte[]> BinaryMetadata(string name)
    {
        var found = new List<byte[]>();
        foreach (var encoded in (Metadata(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Both the padded and the unpadded form are allowed; the alphabet is not that of URLs.
            var padded = encoded.TrimEnd('=');
            padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
            if (Base64.IsValid(padded))
            {
                found.Add(Convert.FromBase64String(padded));
            }
        }

        return found;
    }

    /// <summary>The only message of the request.</summary>
    /// <exception cref="GrpcException">INTERNAL: there is none, or there are more.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var message = await _reader.ReadAsync(parser, Cancellation)
            ?? throw new GrpcException(GrpcCode.Internal, "The request has no message; the method takes one.");
        return await _reader.ReadAsync(parser, Cancellation) is null
            ? message
            : throw new GrpcException(GrpcCode.Internal, "The request has more than one message; the method takes one.");
    }

    /// <summary>The messages of the request as they come.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync<T>(MessageParser<T> parser, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        while (await _reader.ReadAsync(parser, Cancellation) is { } message)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return message;
        }
    }

    /// <summary>Writes the only message of the response; it leaves together with the status.</summary>
    public void WriteSingle(IMessage message)
    {
        // Who was told that the deadline has passed is not told a result besides.
        Cancellation.ThrowIfCancellationRequested();
        _writer.Write(message);
    }

    /// <summary>Sends one message of several; waits while the client does not read.</summary>
    public async ValueTask WriteAsync(IMessage message)
    {
        Cancellation.ThrowIfCancellationRequested();
        _writer.Write(message);
        await _writer.FlushAsync(Cancellation);
    }

    public void Dispose()
    {
        _aborted.Dispose();
        _stopped.Dispose();
        _ending?.Dispose();
    }
}

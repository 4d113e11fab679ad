using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>Calls byte by byte over HTTP/2, written from the specification rather than shared with the server.</summary>
/// <param name="address">The server.</param>
/// <param name="trusted">Hash of its certificate, when it has one.</param>
internal sealed class RawClient(Uri address, string? trusted = null) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == trusted },
    })
    {
        BaseAddress = address,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static byte[] Frame(IMessage message) => Frame(0, message.ToByteArray());

    public static byte[] Frame(byte flag, byte[] payload)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    public static byte[] Gunzip(byte[] bytes)
    {
        var result = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(result);
        return result.ToArray();
    }

    public async Task<RawAnswer> CallAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await OpenAsync(path, content, headers);
        return await answer.ReadToEndAsync();
    }

    /// <summary>Sends the headers; the body goes on as its content is written. Returns at the response's headers.</summary>
    public Task<OpenCall> OpenAsync(string path, HttpContent body, params (string Name, string Value)[] headers) =>
        OpenAsync(path, body, Cancel, headers);

    public async Task<OpenCall> OpenAsync(string path, HttpContent body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (!headers.Any(h => h.Name == "content-type"))
        {
            request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        }

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value));
        }

        return new OpenCall(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken));
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>A call as it went.</summary>
internal sealed record RawAnswer(HttpResponseMessage Response, IReadOnlyList<(byte Flag, byte[] Payload)> Messages)
{
    /// <summary>Whether the status came with the headers, without a message.</summary>
    public bool TrailersOnly => Response.Headers.Contains("grpc-status");

    public int Status => int.Parse(Header("grpc-status")!);

    public string Message => Uri.UnescapeDataString(Header("grpc-message") ?? "");

    private string? Header(string name) =>
        (TrailersOnly ? Response.Headers : Response.TrailingHeaders).TryGetValues(name, out var values) ? values.Single() : null;
}

/// <summary>A call whose response has begun.</summary>
internal sealed class OpenCall(HttpResponseMessage response) : IDisposable
{
    private PipeReader? _body;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpResponseMessage Response => response;

    /// <summary>The next message, or null at the end.</summary>
    public async Task<(byte Flag, byte[] Payload)?> NextAsync()
    {
        _body ??= PipeReader.Create(await response.Content.ReadAsStreamAsync(Cancel));
        var header = await _body.ReadAtLeastAsync(5, Cancel);
        if (header.Buffer.IsEmpty)
        {
            return null;
        }

        var bytes = header.Buffer.Slice(0, 5).ToArray();
        _body.AdvanceTo(header.Buffer.GetPosition(5));
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1));
        var payload = new byte[length];
        if (length > 0)
        {
            var read = await _body.ReadAtLeastAsync(length, Cancel);
            read.Buffer.Slice(0, length).CopyTo(payload);
            _body.AdvanceTo(read.Buffer.GetPosition(length));
        }

        return (bytes[0], payload);
    }

    public async Task<RawAnswer> ReadToEndAsync()
    {
        var messages = new List<(byte, byte[])>();
        while (await NextAsync() is { } message)
        {
            messages.Add(message);
        }

        return new RawAnswer(response, messages);
    }

    public void Dispose() => response.Dispose();
}

/// <summary>A request body that a test writes while the response comes.</summary>
internal sealed class WrittenBody : HttpContent
{
    private readonly Pipe _pipe = new();

    public async Task WriteAsync(byte[] bytes) => await _pipe.Writer.WriteAsync(bytes);

    public void End() => _pipe.Writer.Complete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers leave before there is anything to follow them.
        await stream.FlushAsync(cancellationToken);
        while (await _pipe.Reader.ReadAsync(cancellationToken) is var read && !(read.IsCompleted && read.Buffer.IsEmpty))
        {
            foreach (var segment in read.Buffer)
            {
                await stream.WriteAsync(segment, cancellationToken);
            }

            await stream.FlushAsync(cancellationToken);
            _pipe.Reader.AdvanceTo(read.Buffer.End);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

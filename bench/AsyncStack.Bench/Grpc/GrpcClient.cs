using System.Net;

namespace AsyncStack.Bench.Grpc;

/// <summary>Makes single calls, to know what an answer is before many are counted.</summary>
internal sealed class GrpcClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>The answer's framed message.</summary>
    /// <exception cref="InvalidOperationException">The call ended with another status than OK.</exception>
    public async Task<byte[]> CallAsync(string path, byte[] message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message) { Headers = { ContentType = new("application/grpc") } },
        };
        request.Headers.TE.Add(new("trailers"));
        using var response = await _http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var block = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        var status = block.TryGetValues("grpc-status", out var values) ? values.First() : "none";
        return status == "0" ? answer : throw new InvalidOperationException($"{path} ended with status {status}.");
    }

    public void Dispose() => _http.Dispose();
}

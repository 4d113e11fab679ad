using System.Net;
using System.Net.Sockets;
using System.Text;
using AsyncStack.Core.Storage;
using AsyncStack.Core.Storage.S3;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>What the S3 driver does when the server misbehaves.</summary>
public sealed class S3FaultTests : IDisposable
{
    private static readonly ObjectUri Uri = new("datasets", "key");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly S3ObjectStorage _storage;

    public S3FaultTests()
    {
        _listener.Start();
        var connection = (S3Connection)StorageConnection.Parse("storage", S3Server.ConnectionStringFor(((IPEndPoint)_listener.LocalEndpoint).Port));
        _storage = new S3ObjectStorage(connection, TimeProvider.System, NullLogger.Instance) { ReadDeadline = TimeSpan.FromMilliseconds(200) };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _storage.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task Body_that_stops_coming_ends_in_a_fault_not_in_a_hang()
    {
        using var stopped = new CancellationTokenSource();
        var serving = AnswerOneAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"0123456789abcdef0123456789abcdef\"\r\n\r\nonly this", stopped.Token);

        await using var content = await _storage.OpenAsync(Uri, cancellationToken: Cancellation);
        var fault = await Assert.ThrowsAsync<ObjectStorageException>(() => Streams.ReadAllAsync(content.Stream));

        Assert.Contains("sent nothing for 00:00:00.2", fault.Message, StringComparison.Ordinal);
        await stopped.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Refusal_is_told_with_status_and_code_but_no_credentials()
    {
        using var stopped = new CancellationTokenSource();
        const string body = "<Error><Code>AccessDenied</Code><Message>No.</Message></Error>";
        var serving = AnswerOneAsync($"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n\r\n{body}", stopped.Token);

        var fault = await Assert.ThrowsAsync<ObjectStorageException>(() => _storage.PutAsync(Uri, Streams.Forward([1]), null, Cancellation));

        Assert.Equal("The S3 server answered 403 AccessDenied: No.", fault.Message);
        Assert.DoesNotContain("S3RVER", fault.ToString(), StringComparison.Ordinal);
        await stopped.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_fault_and_not_a_missing_object()
    {
        _listener.Stop();

        await Assert.ThrowsAsync<ObjectStorageException>(() => _storage.HeadAsync(Uri, Cancellation));
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_no_fault()
    {
        using var canceled = new CancellationTokenSource();
        var opening = _storage.OpenAsync(Uri, cancellationToken: canceled.Token);
        using var connection = await _listener.AcceptTcpClientAsync(Cancellation);

        await canceled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    // Answers the first request and keeps the connection open until told.
    private async Task AnswerOneAsync(string response, CancellationToken stopped)
    {
        using var client = await _listener.AcceptTcpClientAsync(Cancellation);
        var stream = client.GetStream();
        _ = await stream.ReadAtLeastAsync(new byte[64 * 1024], 1, throwOnEndOfStream: false, Cancellation);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(response), Cancellation);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

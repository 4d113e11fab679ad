using AsyncStack.Hosting.Dashboard.Telemetry;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>What both protocols have in common: the key, a turn, and the body within its limits.</summary>
internal sealed class OtlpServer(OtlpOptions options, TelemetrySession session, TimeProvider time) : IDisposable
{
    private readonly ApiKey _key = new(options.ApiKey);
    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentRequests);

    public int MaxRequestBytes => options.MaxRequestBytes;

    public TelemetrySession Session => session;

    /// <summary>Comes before anything else is told.</summary>
    /// <exception cref="OtlpRefusal">The request lacks the key.</exception>
    public void CheckKey(HttpRequest request) => _key.Check(request);

    /// <summary>Reads the body and has it taken in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="deadline">How long the sender waits; null for as long as usual.</param>
    /// <param name="framing">Bytes that the body may have beyond the limit of a request.</param>
    /// <param name="take">Takes in the bytes of the body.</param>
    /// <exception cref="OtlpRefusal">It may not or cannot be taken in.</exception>
    public async Task<IMessage> TakeAsync(HttpContext http, TimeSpan? deadline, int framing, Func<PooledBytes, IMessage> take)
    {
        var most = options.MaxRequestBytes + framing;
        if (http.Request.ContentLength > most)
            throw OtlpRefusal.TooLong(options.MaxRequestBytes);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;

        if (!await _slots.WaitAsync(options.SlotWait, http.RequestAborted))
            throw OtlpRefusal.Busy();
        try
        {
            using var body = await ReadAsync(http, deadline, most);
            return take(body);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<PooledBytes> ReadAsync(HttpContext http, TimeSpan? deadline, int most)
    {
        using var timeout = new CancellationTokenSource(deadline is { } wanted && wanted < options.ReadTimeout ? wanted : options.ReadTimeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, http.RequestAborted);
        var body = new PooledBytes((int)(http.Request.ContentLength ?? 16 * 1024));
        try
        {
            await body.ReadAsync(http.Request.Body, most, ending.Token);
            return body;
        }
        catch (Exception exception)
        {
            body.Dispose();
            throw exception switch
            {
                OperationCanceledException when timeout.IsCancellationRequested && deadline < options.ReadTimeout =>
                    new OtlpRefusal(OtlpCode.DeadlineExceeded, StatusCodes.Status503ServiceUnavailable, "The deadline has passed."),
                OperationCanceledException when timeout.IsCancellationRequested => OtlpRefusal.TooSlow(),
                BadHttpRequestException broken => new OtlpRefusal(OtlpCode.Internal, broken.StatusCode, "The request broke off or came too slowly."),
                ConnectionResetException or ConnectionAbortedException or IOException =>
                    new OtlpRefusal(OtlpCode.Canceled, StatusCodes.Status400BadRequest, "The sender has gone."),
                _ => exception,
            };
        }
    }
}

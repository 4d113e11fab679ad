using System.Net.Http.Headers;
using System.Net.Sockets;
using AsyncStack.Core.Egress;
using AsyncStack.Notifier.Signing;
using Microsoft.Extensions.Options;

namespace AsyncStack.Notifier.Delivery;

/// <summary>Makes one signed request and says what came of it; it throws only when the service stops.</summary>
internal sealed class WebhookSender(EgressClient client, WebhookSigner signer, IOptions<NotifierOptions> options, TimeProvider time)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public async Task<AttemptResult> SendAsync(PendingDelivery delivery, CancellationToken cancellationToken)
    {
        using var span = NotifierTracing.StartRequest(delivery);
        var at = time.GetUtcNow();
        var start = time.GetTimestamp();
        var result = await TrySendAsync(delivery, span?.Id ?? delivery.TraceParent, at, start, cancellationToken);
        NotifierTracing.End(span, result);
        return result;
    }

    private async Task<AttemptResult> TrySendAsync(
        PendingDelivery delivery, string? traceparent, DateTimeOffset at, long start, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = CreateRequest(delivery, traceparent, at);
            using var response = await client.SendAsync(request, either.Token);
            var body = await ResponseExcerpt.ReadAsync(response.Content, either.Token);
            var status = (int)response.StatusCode;
            return new AttemptResult(
                at, time.GetElapsedTime(start), status, ErrorOf(status), RetryAfter: RetryAfterOf(response, time.GetUtcNow()), ResponseBody: body);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception)
        {
            var refused = Find<EgressRefusedException>(exception);
            var error = refused?.Message ?? Explain(exception, timeout.IsCancellationRequested);
            return new AttemptResult(
                at, time.GetElapsedTime(start), Error: error, Refused: refused is not null, ErrorType: exception.GetBaseException().GetType().FullName);
        }
    }

    private HttpRequestMessage CreateRequest(PendingDelivery delivery, string? traceparent, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        var content = new ByteArrayContent(delivery.Body);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, CallableUri(delivery.TargetUrl)) { Content = content };
        request.Headers.TryAddWithoutValidation("webhook-id", delivery.MessageId);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", seconds.ToString());
        request.Headers.TryAddWithoutValidation("webhook-signature", signer.Sign(delivery.MessageId, seconds, delivery.Body, delivery.Secrets));
        request.Headers.TryAddWithoutValidation("User-Agent", "AsyncStack-Notifier/1");
        if (traceparent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        }

        return request;
    }

    private static Uri CallableUri(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            ? throw new EgressRefusedException("The target is not an http or https URL.")
        : uri.UserInfo.Length > 0 ? throw new EgressRefusedException("The target's URL carries a user name or password.")
        : uri;

    private static string? ErrorOf(int status) => status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => $"answered {status}; redirects are not followed",
        StatusCodes.Status410Gone => "answered 410: the target is gone",
        _ => $"answered {status}",
    };

    private static DateTimeOffset? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => now + delta,
            { Date: { } date } => date,
            _ => null,
        };

    private string Explain(Exception exception, bool timedOut) =>
        timedOut ? $"no answer within {options.Value.RequestTimeout.TotalSeconds:0.###} s"
        : Find<SocketException>(exception) is { } socket ? $"no connection: {socket.SocketErrorCode}"
        : exception.Message;

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        while (exception is not null and not T)
        {
            exception = exception.InnerException;
        }

        return exception as T;
    }
}

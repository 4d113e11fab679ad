using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AsyncStack.Web.Webhook;

/// <summary>
/// The webhooks as server-sent events: what is kept first, then each as it arrives. <c>Last-Event-ID</c> resumes after the one it names.
/// Events are <c>webhook</c> and, while nothing comes, <c>heartbeat</c>.
/// </summary>
internal static class WebhookStream
{
    public static ServerSentEventsResult<ReceivedWebhook?> Open(
        HttpContext http, WebhookInbox inbox, IOptions<WebhookOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        // A proxy that buffers would hold the events back.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        var last = long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return TypedResults.ServerSentEvents(ReadAsync(inbox, last, options.Value.Heartbeat, clock, lifetime.ApplicationStopping, http.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<ReceivedWebhook?>> ReadAsync(
        WebhookInbox inbox, long last, TimeSpan heartbeat, TimeProvider clock, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        // At once, so that the reader knows the stream is open.
        yield return Heartbeat;
        while (!ending.IsCancellationRequested)
        {
            var (webhooks, arrival) = inbox.ReadAfter(last);
            foreach (var webhook in webhooks)
            {
                last = webhook.Sequence;
                yield return new(webhook, "webhook") { EventId = last.ToString(CultureInfo.InvariantCulture) };
            }

            if (webhooks.Count == 0 && !await ArrivesAsync(arrival, heartbeat, clock, ending.Token))
                yield return Heartbeat;
        }
    }

    private static SseItem<ReceivedWebhook?> Heartbeat => new(null, "heartbeat");

    private static async Task<bool> ArrivesAsync(Task arrival, TimeSpan within, TimeProvider clock, CancellationToken cancellationToken)
    {
        await arrival.WaitAsync(within, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return arrival.IsCompleted;
    }
}

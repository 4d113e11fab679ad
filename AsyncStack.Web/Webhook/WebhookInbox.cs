using Microsoft.Extensions.Options;

namespace AsyncStack.Web.Webhook;

/// <summary>The latest webhooks, in memory, oldest first. Refused ones are kept apart, so that a flood of them pushes no good one out.</summary>
internal sealed class WebhookInbox(IOptions<WebhookOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly List<ReceivedWebhook> _webhooks = [];
    private TaskCompletionSource _arrival = NewArrival();

    // Begins with the time, so that a stream that resumes after a restart asks for an older number than any new one.
    private long _sequence = clock.GetUtcNow().ToUnixTimeMilliseconds();

    public ReceivedWebhook Add(string id, WebhookBody body, string? refusal)
    {
        TaskCompletionSource arrival;
        ReceivedWebhook webhook;
        lock (_lock)
        {
            var verified = refusal is null;
            var repeat = _webhooks.Exists(w => w.Verified && string.Equals(w.WebhookId, id, StringComparison.Ordinal));
            webhook = new ReceivedWebhook(++_sequence, id, clock.GetUtcNow(), verified, refusal, repeat, body.Type, body.CorrelationId, body.Body);
            _webhooks.Add(webhook);
            if (_webhooks.Count(w => w.Verified == verified) > options.Value.Keep)
                _webhooks.RemoveAt(_webhooks.FindIndex(w => w.Verified == verified));
            (arrival, _arrival) = (_arrival, NewArrival());
        }

        arrival.SetResult();
        return webhook;
    }

    /// <summary>
    /// What came after <paramref name="sequence"/>, and a task that ends with the next arrival.
    /// Both are taken at once, so that nothing can come in between unseen.
    /// </summary>
    public (IReadOnlyList<ReceivedWebhook> Webhooks, Task Arrival) ReadAfter(long sequence = 0)
    {
        lock (_lock)
            return (_webhooks.FindAll(w => w.Sequence > sequence), _arrival.Task);
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using AsyncStack.Core.DeadLetters;
using AsyncStack.Worker.Consuming;

namespace AsyncStack.Worker.DeadLetters;

/// <summary>Keeps messages that no consumer can read, so that a poison message neither blocks its queue nor is lost.</summary>
public sealed class UnreadableMessages(DeadLetterStore store, TimeProvider time, ILogger<UnreadableMessages> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Stores the message with its reason and acknowledges it; without a database it goes back to its queue.</summary>
    public Task KeepAsync(Delivery delivery, string reason) =>
        KeepAsync(delivery, new DeadLetterOrigin(delivery.Queue, reason, delivery.Exchange, delivery.RoutingKey));

    /// <summary>The same for a message whose origin is another queue than the one it was taken from.</summary>
    public async Task KeepAsync(Delivery delivery, DeadLetterOrigin origin)
    {
        try
        {
            await store.AddAsync(origin, delivery.Properties, delivery.Body, CancellationToken.None);
            await delivery.Subscription.AckAsync([delivery.Tag]);
            Log.DeadLetterKept(logger, origin.Queue, origin.Reason);
            WorkerMetrics.DeadLetters.Add(1, new KeyValuePair<string, object?>("queue", origin.Queue));
        }
        catch (Exception exception)
        {
            Log.DeadLetterFailed(logger, origin.Queue, exception.Message);
            await Task.Delay(RetryDelay, time);
            await delivery.Subscription.ReturnAsync(delivery.Tag);
        }
    }
}

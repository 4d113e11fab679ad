using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Core.Outbox;

/// <summary>
/// Publishes rows of one partition key strictly one after the other, each once the one before is confirmed, and different keys side by
/// side. Therefore, whatever fails or runs twice, a queue gets each message for the first time after all that were committed before it.
/// </summary>
public sealed class OrderedPublisher(ConfirmedPublisher publisher, IOptions<OutboxOptions> options, ILogger<OrderedPublisher> logger)
{
    /// <summary>Rows read, and so held in memory, at once.</summary>
    public const int BatchSize = 512;

    /// <summary>One pass over the oldest rows; what the broker has taken is deleted.</summary>
    /// <param name="connection">The leader's own, so that one that has lost its lock neither reads nor deletes.</param>
    /// <param name="cancellationToken">Gives up what is under way; it will be published once more.</param>
    /// <returns>How many rows were found and how many of them were published.</returns>
    public async Task<(int Found, int Published)> PublishOnceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (messages, age) = await OrderedOutboxTable.ReadAsync(connection, BatchSize, cancellationToken);
        CoreMetrics.OrderedAge.Record(age);
        if (messages.Count == 0)
        {
            return (0, 0);
        }

        var pass = new Pass();
        await Parallel.ForEachAsync(
            messages.GroupBy(m => m.PartitionKey, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.InFlight, CancellationToken = cancellationToken },
            (key, token) => PublishKeyAsync(key, pass, token));
        await OutboxTable.DeleteAsync(connection, pass.Confirmed, cancellationToken);
        CoreMetrics.OutboxPublished.Add(pass.Confirmed.Count, CoreMetrics.Ordered);
        if (pass.Failure is { } failure)
        {
            Log.OrderedHeldUp(logger, messages.Count - pass.Confirmed.Count, messages.Count, failure);
        }

        return (messages.Count, pass.Confirmed.Count);
    }

    private async ValueTask PublishKeyAsync(IEnumerable<OutboxMessage> messages, Pass pass, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            if (pass.BrokerAway || !await TryPublishAsync(message, pass, cancellationToken))
            {
                return;
            }

            pass.Confirmed.Add(message.Id);
        }
    }

    private async Task<bool> TryPublishAsync(OutboxMessage message, Pass pass, CancellationToken cancellationToken)
    {
        try
        {
            await publisher.PublishAsync(message, cancellationToken);
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            pass.Failure = exception.Message;
            pass.BrokerAway |= PublishOutcomes.Of(exception) is not PublishOutcome.Refused;
            return false;
        }
    }

    private sealed class Pass
    {
        public ConcurrentBag<Guid> Confirmed { get; } = [];

        /// <summary>Of the messages that wait, why one does.</summary>
        public string? Failure { get; set; }

        /// <summary>Set when no other message would fare better.</summary>
        public bool BrokerAway { get; set; }
    }
}

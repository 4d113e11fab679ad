namespace AsyncStack.Api.Stats;

/// <summary>Unacknowledged messages of the queues, which AMQP does not tell.</summary>
internal sealed class UnacknowledgedCounts(BrokerMetrics metrics)
{
    /// <summary>Where they are told, in the family <c>queue_coarse_metrics</c>.</summary>
    public const string Metric = "queue_messages_unacked";

    /// <summary>By the queue's name; a queue that has not been counted yet is absent.</summary>
    /// <exception cref="StatsMissingException">There is no address to ask, or no answer.</exception>
    public async Task<Dictionary<string, long>> ReadAsync(CancellationToken cancellationToken) =>
        (await metrics.ReadAsync(["queue_coarse_metrics"], cancellationToken))
            .Where(m => m.Metric == Metric)
            .GroupBy(m => m.Queue, m => (long)m.Value, StringComparer.Ordinal)
            .ToDictionary(q => q.Key, q => q.Sum(), StringComparer.Ordinal);
}

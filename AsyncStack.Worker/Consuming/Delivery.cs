using RabbitMQ.Client;

namespace AsyncStack.Worker.Consuming;

/// <summary>A message as it was taken from a queue, not yet acknowledged.</summary>
/// <param name="Subscription">Where to acknowledge it.</param>
/// <param name="Tag">Its number on that channel.</param>
/// <param name="Queue">The queue it came from.</param>
/// <param name="Exchange">The exchange it was published to.</param>
/// <param name="RoutingKey">The key it was published with.</param>
/// <param name="Properties">Its AMQP properties.</param>
/// <param name="Body">A copy of its body.</param>
public sealed record Delivery(
    Subscription Subscription,
    ulong Tag,
    string Queue,
    string Exchange,
    string RoutingKey,
    IReadOnlyBasicProperties Properties,
    byte[] Body);

/// <summary>A delivery that names jobs. Without a <paramref name="Message"/> it came from within and needs no acknowledgement.</summary>
public sealed record JobDelivery(Delivery? Message, Guid[] Ids, int Rank);

internal static class Acknowledgements
{
    /// <summary>Acknowledges each at its own channel, several together where their order allows.</summary>
    public static async Task AckAsync(IEnumerable<Delivery> deliveries)
    {
        foreach (var channel in deliveries.GroupBy(d => d.Subscription, d => d.Tag))
        {
            await channel.Key.AckAsync([.. channel]);
        }
    }

    /// <summary>The same for those of jobs that came as messages.</summary>
    public static Task AckAsync(IEnumerable<JobDelivery> deliveries) => AckAsync(deliveries.Select(d => d.Message).OfType<Delivery>());

    /// <summary>Gives each back to its queue.</summary>
    public static async Task ReturnAsync(IReadOnlyList<JobDelivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            if (delivery.Message is { } message)
            {
                await message.Subscription.ReturnAsync(message.Tag);
            }
        }
    }
}

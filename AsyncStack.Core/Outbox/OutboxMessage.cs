namespace AsyncStack.Core.Outbox;

/// <summary>One broker message, committed with the change it tells of and published afterwards.</summary>
/// <param name="Id">UUIDv7; also the AMQP <c>message_id</c>, the same however often it is published.</param>
/// <param name="Exchange">Exchange; empty for the default exchange, whose routing key is a queue's name.</param>
/// <param name="RoutingKey">Routing key.</param>
/// <param name="Type">AMQP <c>type</c>: what the body is, see <see cref="MessageTypes"/>.</param>
/// <param name="Body">The body as it goes out.</param>
/// <param name="CorrelationId">AMQP <c>correlation_id</c>.</param>
/// <param name="TraceParent">W3C trace context of the work that caused it.</param>
/// <param name="PartitionKey">Messages of one key leave in commit order; null leaves at once.</param>
public sealed record OutboxMessage(
    Guid Id,
    string Exchange,
    string RoutingKey,
    string Type,
    ReadOnlyMemory<byte> Body,
    string? CorrelationId = null,
    string? TraceParent = null,
    string? PartitionKey = null);

/// <summary>Values of the AMQP <c>type</c> property.</summary>
public static class MessageTypes
{
    /// <summary>JSON array of job ids to run, each for a slot of its own.</summary>
    public const string Jobs = "jobs";

    /// <summary>JSON array of ids of jobs whose type is instant: run together, claimed and completed in one write.</summary>
    public const string InstantJobs = "jobs.instant";

    /// <summary>JSON array of ids of finished jobs whose callback is wanted.</summary>
    public const string FinishedJobs = "jobs.finished";

    /// <summary>The payload of one job for a program outside the product.</summary>
    public const string ExternalRequest = "external.request";

    /// <summary>A message to keep.</summary>
    public const string SavedMessage = "message.saved";
}

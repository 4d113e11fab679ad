using System.Diagnostics;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Core.Outbox;
using RabbitMQ.Client;

namespace AsyncStack.Core.Tracing;

/// <summary>Spans by OpenTelemetry's conventions for messaging and RabbitMQ.</summary>
public static class MessageSpans
{
    /// <summary>Publishing one message until the broker's confirm, a child of what caused it; the message carries this span on.</summary>
    public static Activity? StartSend(OutboxMessage message, AmqpTcpEndpoint broker)
    {
        if (!CoreTracing.Enabled)
        {
            return null;
        }

        var tags = Tags("send", Destination(message.Exchange, message.RoutingKey), broker);
        tags.Add("messaging.rabbitmq.destination.routing_key", message.RoutingKey);
        tags.Add("messaging.message.id", message.Id.ToString());
        tags.Add("messaging.message.body.size", message.Body.Length);
        if (message.CorrelationId is not null)
        {
            tags.Add("messaging.message.conversation_id", message.CorrelationId);
        }

        return CoreTracing.Source.StartActivity($"send {message.RoutingKey}", ActivityKind.Producer, TraceParent.Parse(message.TraceParent), tags);
    }

    /// <summary>
    /// A batch of a queue from its taking to its acknowledgement, in the trace of its first message and linked to the others. Messages of
    /// strangers may have no trace; the batch then begins one.
    /// </summary>
    public static Activity? StartReceive(string queue, AmqpTcpEndpoint broker, IReadOnlyCollection<IReadOnlyBasicProperties> messages)
    {
        if (!CoreTracing.Enabled || messages.Count == 0)
        {
            return null;
        }

        var (name, tags) = ($"receive {queue}", Tags("receive", queue, broker));
        tags.Add("messaging.batch.message_count", messages.Count);
        var causes = messages.Select(Context).Where(c => c != default).ToArray();
        return causes.Length == 0
            ? CoreTracing.Source.StartActivity(name, ActivityKind.Client, default(ActivityContext), tags)
            : CoreTracing.StartShared(name, ActivityKind.Client, causes, tags);
    }

    /// <summary>The span that published a message; the default when it names none.</summary>
    public static ActivityContext Context(IReadOnlyBasicProperties message) => TraceParent.Parse(MessageHeaders.Text(message, TraceParent.Header));

    /// <summary>What every span about messages carries.</summary>
    public static ActivityTagsCollection Tags(string operation, string destination, AmqpTcpEndpoint broker) => new()
    {
        { "messaging.system", "rabbitmq" },
        { "messaging.operation.name", operation },
        { "messaging.operation.type", operation },
        { "messaging.destination.name", destination },
        { "server.address", broker.HostName },
        { "server.port", broker.Port },
    };

    /// <summary>How the conventions write where a message goes, and with a queue where it is taken from.</summary>
    public static string Destination(string exchange, string routingKey, string? queue = null) =>
        string.Join(':', new[] { exchange, routingKey, queue == routingKey ? null : queue }.Where(part => !string.IsNullOrEmpty(part)));
}

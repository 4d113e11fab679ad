using System.Text;
using System.Text.Json;
using AsyncStack.Core.DeadLetters;
using AsyncStack.Worker.Consuming;

namespace AsyncStack.Worker.Events;

/// <summary>A public event as it was taken from a queue.</summary>
/// <param name="Delivery">The message.</param>
/// <param name="Id">Its message id, the same however often it is delivered.</param>
/// <param name="Type">Its routing key, such as <c>resource.created</c>.</param>
/// <param name="Payload">Its body, a JSON object.</param>
/// <param name="TraceParent">W3C trace context of what caused it.</param>
public sealed record EventMessage(Delivery Delivery, Guid Id, string Type, JsonElement Payload, string? TraceParent)
{
    /// <summary>The body as it came.</summary>
    public string Json => Encoding.UTF8.GetString(Delivery.Body);

    /// <summary>The resource it is about; null when the payload names none.</summary>
    public string? ResourceId => Text(Type.StartsWith("resource.", StringComparison.Ordinal) ? "id" : "resource_id");

    /// <summary>The task it is about; null when the payload names none.</summary>
    public string? TaskId => Text("task_id");

    /// <summary>The action of that task; null when the payload names none.</summary>
    public string? Action => Text("action");

    /// <summary>Reads a message.</summary>
    /// <exception cref="UnreadableEventException">It is no event.</exception>
    public static EventMessage Read(Delivery delivery)
    {
        if (!Guid.TryParse(delivery.Properties.MessageId, out var id))
        {
            throw new UnreadableEventException($"The message_id is '{delivery.Properties.MessageId}'; an event has a UUID.");
        }

        try
        {
            var payload = JsonElement.Parse(delivery.Body);
            return payload.ValueKind == JsonValueKind.Object
                ? new EventMessage(delivery, id, delivery.RoutingKey, payload, MessageHeaders.Text(delivery.Properties, "traceparent"))
                : throw new UnreadableEventException("The body is no JSON object.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"The body is no JSON in UTF-8: {exception.Message}");
        }
    }

    /// <summary>A field of the payload that is a text; null when it is absent.</summary>
    /// <exception cref="UnreadableEventException">It is there and no text that a database takes.</exception>
    public string? Text(string name)
    {
        try
        {
            return !Payload.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
                : value.GetString() is { } text && !text.Contains('\0') ? text
                : throw new UnreadableEventException($"{name} holds a NUL.");
        }
        catch (InvalidOperationException)
        {
            // Another kind of value, or half a surrogate pair.
            throw new UnreadableEventException($"{name} is no valid text.");
        }
    }
}

/// <summary>A message that no consumer can take as an event; the message says why.</summary>
public sealed class UnreadableEventException(string reason) : Exception(reason);

using System.Text;
using System.Text.Json;

namespace AsyncStack.Web.Webhook;

/// <summary>A webhook as it is shown.</summary>
/// <param name="Sequence">Rises with every webhook, across restarts too; the event stream's id.</param>
/// <param name="WebhookId">The sender's id, the same over its retries.</param>
/// <param name="ReceivedAt">When its last byte was here.</param>
/// <param name="Verified">Signed with one of our secrets, in time.</param>
/// <param name="Reason">Why it was refused; null when it is verified.</param>
/// <param name="Repeat">A good webhook of the same id is among those kept.</param>
/// <param name="Type">The body's <c>type</c>, such as <c>job.completed</c>.</param>
/// <param name="CorrelationId">The body's <c>correlation_id</c>.</param>
/// <param name="Body">The body: JSON as such, anything else and what is over 64 KiB as text, cut there.</param>
internal sealed record ReceivedWebhook(
    long Sequence, string WebhookId, DateTimeOffset ReceivedAt, bool Verified, string? Reason, bool Repeat, string? Type, string? CorrelationId, JsonElement Body);

/// <summary>What is read from a webhook's body, whoever wrote it.</summary>
internal sealed record WebhookBody(string? Type, string? CorrelationId, JsonElement Body)
{
    private const int ShownBytes = 64 * 1024;

    public static WebhookBody Read(byte[] body)
    {
        if (TryParse(body) is not { } json)
            return new WebhookBody(null, null, Text(body));
        return new WebhookBody(Member(json, "type"), Member(json, "correlation_id"), body.Length <= ShownBytes ? json : Text(body));
    }

    private static JsonElement? TryParse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement Text(byte[] body) =>
        JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, ShownBytes))));
}

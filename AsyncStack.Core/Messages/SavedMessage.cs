using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Core.Messages;

/// <summary>A message that somebody saves; its JSON, <c>{"content","owner"}</c>, is the body on the queue <c>task_queue</c>.</summary>
/// <param name="Content">What is saved.</param>
/// <param name="Owner">Who runs the installation that took it.</param>
public sealed record SavedMessage(string Content, string Owner)
{
    /// <summary>Longest content, in UTF-16 code units.</summary>
    public const int MaxContentLength = 10_000;

    /// <summary>Longest owner, in UTF-16 code units.</summary>
    public const int MaxOwnerLength = 200;

    /// <summary>The body of its message.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SavedMessageJson.Readable.SavedMessage);

    /// <summary>Reads a body that anybody may have written.</summary>
    /// <returns>The message, or why the body is none.</returns>
    public static (SavedMessage? Message, string? Refusal) Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var message = JsonSerializer.Deserialize(body, SavedMessageJson.Default.SavedMessage);
            return message?.Refusal() is { } refusal ? (null, refusal)
                : message is null ? (null, "The body is null.")
                : (message, null);
        }
        catch (JsonException exception)
        {
            return (null, $"The body is no JSON object with the texts content and owner: {exception.Message}");
        }
    }

    private string? Refusal() => this switch
    {
        { Content: null } => "The body has no content.",
        { Owner: null } => "The body has no owner.",
        { Content.Length: > MaxContentLength } => $"The content has {Content.Length} characters; at most {MaxContentLength} are kept.",
        { Owner.Length: > MaxOwnerLength } => $"The owner has {Owner.Length} characters; at most {MaxOwnerLength} are kept.",
        _ when Content.Contains('\0') || Owner.Contains('\0') => "The body holds a NUL, which the database takes in no text.",
        _ => null,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SavedMessage))]
internal sealed partial class SavedMessageJson : JsonSerializerContext
{
    /// <summary>Writes text as it is: whoever looks into the queue can read it, and nobody takes it for HTML.</summary>
    public static SavedMessageJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

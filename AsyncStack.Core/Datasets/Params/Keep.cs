using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Core.Datasets.Params;

/// <summary>Which of several equal rows is no duplicate, as pandas' <c>keep</c>; in JSON <c>false</c>, <c>"first"</c> or <c>"last"</c>.</summary>
[JsonConverter(typeof(KeepConverter))]
public enum Keep
{
    /// <summary>None of them: each is a duplicate.</summary>
    None,
    First,
    Last,
}

/// <summary>Reads and writes <see cref="Keep"/>.</summary>
public sealed class KeepConverter : JsonConverter<Keep>
{
    public override Keep Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.False => Keep.None,
        JsonTokenType.String when reader.ValueTextEquals("first"u8) => Keep.First,
        JsonTokenType.String when reader.ValueTextEquals("last"u8) => Keep.Last,
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, Keep value, JsonSerializerOptions options)
    {
        if (value == Keep.None)
        {
            writer.WriteBooleanValue(false);
        }
        else
        {
            writer.WriteStringValue(value == Keep.First ? "first" : "last");
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Attributes as one JSON object.</summary>
internal sealed class TagsJsonConverter : JsonConverter<Tag[]>
{
    public override Tag[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, Tag[] value, JsonSerializerOptions options) => TagText.Write(writer, value);
}

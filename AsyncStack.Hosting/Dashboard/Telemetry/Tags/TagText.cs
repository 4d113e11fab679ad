using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Values of attributes as text, for filters and labels, and as JSON.</summary>
internal static class TagText
{
    /// <summary>The integers that a double, and so JavaScript, holds exactly.</summary>
    private const long Exact = 1L << 53;

    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => ToJson(value),
    };

    /// <summary>Whether the value is that text.</summary>
    public static bool Equals(object? value, string text) => value is string s ? s == text : value is not null && Of(value) == text;

    /// <summary>Whether any value holds the text, in any case.</summary>
    public static bool AnyContains(ReadOnlySpan<Tag> tags, string text)
    {
        foreach (var tag in tags)
        {
            if (Contains(tag.Value, text))
                return true;
        }

        return false;
    }

    public static bool Contains(object? value, string text) =>
        value is not null and not bool && (value as string ?? Of(value)).Contains(text, StringComparison.OrdinalIgnoreCase);

    public static void Write(Utf8JsonWriter json, ReadOnlySpan<Tag> tags)
    {
        json.WriteStartObject();
        foreach (var (key, value) in tags)
        {
            json.WritePropertyName(key);
            Write(json, value);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case long number when number is > Exact or < -Exact: json.WriteStringValue(Of(value)); break;
            case long number: json.WriteNumberValue(number); break;
            case double number when !double.IsFinite(number): json.WriteStringValue(Of(value)); break;
            case double number: json.WriteNumberValue(number); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            case Tag[] map: Write(json, map); break;
            case object?[] values:
                json.WriteStartArray();
                foreach (var item in values)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default: throw new InvalidOperationException($"A {value.GetType()} is no value of an attribute.");
        }
    }

    private static string ToJson(object value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            Write(json, value);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}

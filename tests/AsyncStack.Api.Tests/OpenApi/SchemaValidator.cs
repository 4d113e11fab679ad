using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AsyncStack.Api.Tests.OpenApi;

/// <summary>
/// Checks values against the part of JSON Schema 2020-12 that the document uses; any other keyword is an error. Objects are closed: a
/// field that the schema does not name is one that the document keeps quiet about.
/// </summary>
internal sealed class SchemaValidator(ApiDocument document)
{
    /// <summary>What is wrong first, with its place; null when nothing is.</summary>
    public string? Find(JsonElement schema, JsonElement value, string at = "$")
    {
        var whole = document.Resolve(schema);
        return whole.EnumerateObject().Select(k => Find(whole, k.Name, k.Value, value, at)).FirstOrDefault(fault => fault is not null);
    }

    private string? Find(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string at) => keyword switch
    {
        "description" or "example" or "title" or "default" => null,
        "type" => Types(rule).Any(t => IsOf(t, value)) ? null : $"{at} is {value.ValueKind}, not {rule}",
        "enum" => rule.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)) ? null : $"{at} is {value}, none of {rule}",
        "oneOf" => rule.EnumerateArray().Count(s => Find(s, value, at) is null) == 1 ? null : $"{at} is not one of {rule}: {value}",
        "format" => value.ValueKind is JsonValueKind.Null || IsInFormat(rule.GetString()!, value) ? null : $"{at} is {value}, no {rule}",
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= rule.GetDouble() ? null : $"{at} is {value}, under {rule}",
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= rule.GetDouble() ? null : $"{at} is {value}, over {rule}",
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.GetInt32() ? null : $"{at} is too short",
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= rule.GetInt32() ? null : $"{at} is too long",
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32() ? null : $"{at} has too few items",
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32() ? null : $"{at} has too many items",
        "pattern" => value.ValueKind != JsonValueKind.String || Matches(rule.GetString()!, value.GetString()!) ? null : $"{at} is {value}, not like {rule}",
        "required" => value.ValueKind != JsonValueKind.Object
            ? null
            : rule.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)).Select(r => $"{at}.{r} is missing").FirstOrDefault(),
        "properties" => value.ValueKind == JsonValueKind.Object ? FindInFields(schema, rule, value, at) : null,
        "additionalProperties" => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().Select(f => Find(rule, f.Value, $"{at}.{f.Name}")).FirstOrDefault(fault => fault is not null)
            : null,
        "items" => value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select((v, i) => Find(rule, v, $"{at}[{i}]")).FirstOrDefault(fault => fault is not null)
            : null,
        _ => throw new NotSupportedException($"The validator does not know the keyword '{keyword}' at {at}."),
    };

    private string? FindInFields(JsonElement schema, JsonElement properties, JsonElement value, string at) =>
        value.EnumerateObject().Select(f =>
            properties.TryGetProperty(f.Name, out var field) ? Find(field, f.Value, $"{at}.{f.Name}")
            : schema.TryGetProperty("additionalProperties", out _) ? null
            : $"{at}.{f.Name} is not in the schema").FirstOrDefault(fault => fault is not null);

    public static IEnumerable<string> Types(JsonElement rule) =>
        rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Select(t => t.GetString()!) : [rule.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        "number" => value.ValueKind == JsonValueKind.Number,
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => throw new NotSupportedException($"There is no type '{type}'."),
    };

    private static bool IsInFormat(string format, JsonElement value) => format switch
    {
        "uuid" => Guid.TryParseExact(value.GetString(), "D", out _),
        "date-time" => DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _) && Matches("^....-..-..T..:..:..", value.GetString()!),
        "int32" => value.TryGetInt32(out _),
        "int64" => value.TryGetInt64(out _),
        "double" or "binary" => true,
        _ => throw new NotSupportedException($"The validator does not know the format '{format}'."),
    };

    private static bool Matches(string pattern, string text) => Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
}

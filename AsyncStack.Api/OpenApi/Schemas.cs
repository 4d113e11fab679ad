using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>Schemas of parameters.</summary>
internal static class Schemas
{
    public static OpenApiSchema Text(int? maxLength = null) => new() { Type = JsonSchemaType.String, MaxLength = maxLength };

    public static OpenApiSchema Uuid() => new() { Type = JsonSchemaType.String, Format = "uuid" };

    public static OpenApiSchema Time() => new() { Type = JsonSchemaType.String, Format = "date-time" };

    public static OpenApiSchema OneOf(params IEnumerable<string> values) =>
        new() { Type = JsonSchemaType.String, Enum = [.. values.Select(v => (JsonNode)v)] };

    public static OpenApiSchema Integer(long min, long? max = null, long? defaultValue = null) => new()
    {
        Type = JsonSchemaType.Integer,
        Minimum = min.ToString(CultureInfo.InvariantCulture),
        Maximum = max?.ToString(CultureInfo.InvariantCulture),
        Default = defaultValue,
    };
}

using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AsyncStack.Api.OpenApi;

/// <summary>Adds to schemas what the framework leaves out: which fields are always there, and which values a field may have.</summary>
internal sealed class SchemaTransformer : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo?.AttributeProvider is { } property
            && property.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: true) is [AllowedValuesAttribute allowed])
        {
            // Of a list each item has one of them.
            var target = schema.Items as OpenApiSchema ?? schema;
            target.Enum = [.. allowed.Values.Select(v => (JsonNode)(string)v!)];
            if (target == schema && schema.Type is { } type && type.HasFlag(JsonSchemaType.Null))
            {
                target.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }

        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && schema.Properties is { Count: > 0 } properties && IsAnswer(context.JsonTypeInfo.Type))
        {
            schema.Required = new HashSet<string>(
                context.JsonTypeInfo.Properties.Where(p => properties.ContainsKey(p.Name) && IsAlwaysWritten(p)).Select(p => p.Name), StringComparer.Ordinal);
        }

        return Task.CompletedTask;
    }

    // Records that are written take all they hold in their constructor; those that describe what is read have required members.
    private static bool IsAnswer(Type type) => type.GetConstructor(Type.EmptyTypes) is null;

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is not [_, ..];
}

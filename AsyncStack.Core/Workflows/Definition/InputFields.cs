using System.Text;
using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>The declared input of a workflow, and a run's input held to it.</summary>
public static class InputFields
{
    private const int MaxFields = 200;

    private static readonly string[] Types = ["string", "number", "boolean", "object", "array"];

    /// <summary>A run's input with its defaults; null when the errors say why not.</summary>
    public static string? Fill(WorkflowDefinition definition, JsonElement input, ICollection<DefinitionError> errors)
    {
        if (definition.Input is not { } fields)
        {
            return input.GetRawText();
        }

        var before = errors.Count;
        foreach (var name in input.EnumerateObject().Select(p => p.Name).Where(n => !fields.ContainsKey(n)))
        {
            errors.Add(new($"input.{name}", $"input has a field '{name}', which the workflow does not know; it may have {string.Join(", ", fields.Keys)}."));
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, field) in fields)
            {
                if (Take(name, field, input, errors) is { } value)
                {
                    json.WritePropertyName(name);
                    json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                }
            }

            json.WriteEndObject();
        }

        return errors.Count == before ? Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) : null;
    }

    internal static Dictionary<string, InputField>? Read(DefinitionFields fields, List<DefinitionError> errors)
    {
        if (fields.Object("input") is not { } declared)
        {
            return null;
        }

        var input = new Dictionary<string, InputField>(StringComparer.Ordinal);
        foreach (var property in declared.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object || input.Count == MaxFields)
            {
                errors.Add(new($"input.{property.Name}", $"input.{property.Name} must be an object with type, required and default, and there may be {MaxFields} of them."));
                break;
            }

            var field = new DefinitionFields(property.Value, $"input.{property.Name}.", $"Input '{property.Name}': ", errors);
            field.Only(["type", "required", "default", "description"]);
            var (type, given) = (field.OneOf("type", Types), field.Any("default"));
            if (type is not null && given is { } value && !Fits(type, value))
            {
                field.Wrong("default", $"default is {DefinitionFields.Describe(value)}; it must be of the type {type}.");
            }

            input[property.Name] = new InputField(type, field.Boolean("required") ?? false, given);
        }

        return input;
    }

    private static JsonElement? Take(string name, InputField field, JsonElement input, ICollection<DefinitionError> errors)
    {
        if (!input.TryGetProperty(name, out var value))
        {
            if (field is { Required: true, Default: null })
            {
                errors.Add(new($"input.{name}", $"input.{name} is required{(field.Type is { } wanted ? $": a value of the type {wanted}" : "")}."));
            }

            return field.Default;
        }

        if (field.Type is { } type && !Fits(type, value))
        {
            errors.Add(new($"input.{name}", $"input.{name} is {DefinitionFields.Describe(value)}; it must be of the type {type}."));
        }

        return value;
    }

    private static bool Fits(string type, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        _ => false,
    };
}

using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>Reads the fields of an object in a definition; what is wrong is put down with the field's path and the step's name. Null counts as absent.</summary>
/// <param name="value">The object.</param>
/// <param name="prefix">The path before its fields, with its dot.</param>
/// <param name="whose">Stands before messages, such as <c>Step 'a': </c>.</param>
/// <param name="errors">Takes what is wrong.</param>
internal readonly struct DefinitionFields(JsonElement value, string prefix, string whose, List<DefinitionError> errors)
{
    public JsonElement? Any(string name) => value.TryGetProperty(name, out var field) && field.ValueKind != JsonValueKind.Null ? field : null;

    public void Wrong(string name, string message) => errors.Add(new DefinitionError(prefix + name, whose + message));

    public string? Text(string name, int maxLength)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind == JsonValueKind.String && field.GetString() is { Length: > 0 } text && text.Length <= maxLength && !text.Contains('\0'))
        {
            return text;
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be a text of 1 to {maxLength} characters.");
        return null;
    }

    public string? OneOf(string name, IReadOnlyList<string> allowed)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind == JsonValueKind.String && allowed.Contains(field.GetString()!))
        {
            return field.GetString();
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be one of {string.Join(", ", allowed)}.");
        return null;
    }

    public int? Integer(string name, int min, int max)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind == JsonValueKind.Number && field.TryGetInt32(out var number) && number >= min && number <= max)
        {
            return number;
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be a whole number from {min} to {max}.");
        return null;
    }

    public bool? Boolean(string name)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return field.ValueKind == JsonValueKind.True;
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be true or false.");
        return null;
    }

    public JsonElement? Object(string name)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind == JsonValueKind.Object)
        {
            return field;
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be an object.");
        return null;
    }

    public JsonElement? List(string name)
    {
        if (Any(name) is not { } field)
        {
            return null;
        }

        if (field.ValueKind == JsonValueKind.Array)
        {
            return field;
        }

        Wrong(name, $"{name} is {Describe(field)}; it must be a list.");
        return null;
    }

    /// <summary>Refuses fields that are not known: a word misspelled must not change what a workflow does.</summary>
    public void Only(IReadOnlyList<string> known)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                Wrong(property.Name, $"there is no field '{property.Name}'; known are {string.Join(", ", known)}.");
            }
        }
    }

    internal static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => value.GetString() is { Length: <= 60 } text ? $"'{text}'" : "a longer text",
        _ => value.GetRawText() is { Length: <= 40 } raw ? raw : "a longer value",
    };
}

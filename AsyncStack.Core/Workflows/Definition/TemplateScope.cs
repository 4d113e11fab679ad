using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>What templates of one job may name.</summary>
public sealed record TemplateScope
{
    /// <summary>The run's input, an object.</summary>
    public required JsonElement Input { get; init; }

    /// <summary>What <c>run.</c> names, an object.</summary>
    public required JsonElement Run { get; init; }

    /// <summary>What <c>steps.id.</c> names, an object for each step.</summary>
    public IReadOnlyDictionary<string, JsonElement> Steps { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The item of a <c>for_each</c> step.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>Its place, as a number.</summary>
    public JsonElement? Index { get; init; }

    /// <summary>The value a template names.</summary>
    /// <exception cref="TemplateException">There is none.</exception>
    public JsonElement Find(TemplatePath path)
    {
        var (value, way, rest) = path.Root switch
        {
            TemplateRoots.Input => (Input, "input", path.Segments),
            TemplateRoots.Run => (Run, "run", path.Segments),
            TemplateRoots.Item when Item is { } item => (item, "item", path.Segments),
            TemplateRoots.Index when Index is { } index => (index, "index", path.Segments),
            TemplateRoots.Steps when path.Step is { } step && Steps.TryGetValue(step, out var result) => (result, $"steps.{step}", [.. path.Segments.Skip(1)]),
            _ => throw new TemplateException($"'{{{{{path.Text}}}}}' names nothing that is known here."),
        };
        foreach (var segment in rest)
        {
            value = Step(value, segment, way, path);
            way += segment is int place ? $"[{place}]" : $".{segment}";
        }

        return value;
    }

    private static JsonElement Step(JsonElement value, object segment, string way, TemplatePath path)
    {
        if (segment is int place)
        {
            return value.ValueKind != JsonValueKind.Array ? throw Missing(path, $"{way} is {Describe(value)} and has no items")
                : place < value.GetArrayLength() ? value[place]
                : throw Missing(path, $"{way} has {value.GetArrayLength()} items");
        }

        var name = (string)segment;
        return value.ValueKind != JsonValueKind.Object ? throw Missing(path, $"{way} is {Describe(value)} and has no fields")
            : value.TryGetProperty(name, out var field) ? field
            : throw Missing(path, way.EndsWith(".result", StringComparison.Ordinal) || !way.StartsWith("steps.", StringComparison.Ordinal) || way.Contains(".result.", StringComparison.Ordinal)
                ? $"{way} has no field '{name}'"
                : $"{way} has no '{name}'{(name == "result" ? "; a result larger than 64 KiB, or of several jobs larger than 1 MiB, is to be had by result_uri" : "")}");
    }

    private static TemplateException Missing(TemplatePath path, string why) => new($"'{{{{{path.Text}}}}}' has no value: {why}.");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}

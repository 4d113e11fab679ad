using System.Text;
using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>
/// A text with templates. One that is nothing but a template takes on its value, of whatever type; within a longer text a value stands as text:
/// strings as they are, the rest as JSON. <c>\{{</c> is <c>{{</c>. Nothing is computed: a template only names a value.
/// </summary>
public sealed class Template
{
    private const string Open = "{{";
    private const string Close = "}}";

    private readonly List<(string? Literal, TemplatePath? Path)> _parts = [];

    private Template()
    {
    }

    /// <summary>The values it names.</summary>
    public IEnumerable<TemplatePath> Paths => _parts.Select(p => p.Path).OfType<TemplatePath>();

    /// <summary>The one value it is, when it is nothing else.</summary>
    public TemplatePath? Whole => _parts is [{ Path: { } path }] ? path : null;

    /// <summary>Reads a text.</summary>
    /// <exception cref="TemplateException">What stands in it as a template is none.</exception>
    public static Template Parse(string text)
    {
        var template = new Template();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            if (open < 0)
            {
                literal.Append(text, at, text.Length - at);
                break;
            }

            if (open > at && text[open - 1] == '\\')
            {
                literal.Append(text, at, open - at - 1).Append(Open);
                at = open + Open.Length;
                continue;
            }

            var close = text.IndexOf(Close, open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw new TemplateException($"'{Shorten(text[open..])}' begins a template and never ends it: '}}}}' is missing.");
            }

            template.AddLiteral(literal.Append(text, at, open - at));
            template._parts.Add((null, TemplatePath.Parse(text[(open + Open.Length)..close])));
            at = close + Close.Length;
        }

        template.AddLiteral(literal);
        return template;
    }

    /// <summary>Every template in the texts of a JSON value, names of fields left out.</summary>
    /// <exception cref="TemplateException">One is none.</exception>
    public static IEnumerable<TemplatePath> PathsIn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Contains(Open, StringComparison.Ordinal) ? Parse(value.GetString()!).Paths : [],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(PathsIn),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(p => PathsIn(p.Value)),
        _ => [],
    };

    /// <summary>The JSON that comes of a value when its templates are filled in.</summary>
    /// <exception cref="TemplateException">A template has no value.</exception>
    public static string Render(JsonElement value, TemplateScope scope)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value, scope);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, TemplateScope scope)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, scope);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, scope);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String when value.GetString() is { } text && text.Contains(Open, StringComparison.Ordinal):
                Parse(text).Write(json, scope);
                break;
            default:
                json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                break;
        }
    }

    private void Write(Utf8JsonWriter json, TemplateScope scope)
    {
        if (Whole is { } path)
        {
            json.WriteRawValue(scope.Find(path).GetRawText(), skipInputValidation: true);
            return;
        }

        var text = new StringBuilder();
        foreach (var (literal, part) in _parts)
        {
            text.Append(literal ?? Text(scope.Find(part!)));
        }

        json.WriteStringValue(text.ToString());
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private void AddLiteral(StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            _parts.Add((literal.ToString(), null));
            literal.Clear();
        }
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

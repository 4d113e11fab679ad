using System.Text;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Yaml;

/// <summary>Writes YAML, and templates of it, two spaces a level.</summary>
internal sealed class YamlWriter
{
    private readonly StringBuilder _text = new();

    public static string Write(YamlNode node)
    {
        var writer = new YamlWriter();
        writer.Block(node, 0);
        return writer._text.ToString();
    }

    private void Block(YamlNode node, int depth)
    {
        switch (node)
        {
            case YamlMap map:
                foreach (var entry in map.Entries)
                    On(entry.Condition, () => Entry(entry, depth));
                break;
            case YamlList list:
                foreach (var item in list.Items)
                    On(item.Condition, () => Item(item.Value, depth));
                break;
            default:
                throw new InvalidOperationException($"A {node.GetType().Name} stands on a line of its own only within a map or a list.");
        }
    }

    private void Entry(YamlEntry entry, int depth)
    {
        foreach (var line in Lines(entry.Comment))
            Line(depth, line.Length == 0 ? "#" : $"# {line}");
        var key = YamlQuoting.Scalar(entry.Key);
        switch (entry.Value)
        {
            case var several when Several(several) is { } text:
                Literal(depth, $"{key}:", text);
                break;
            case YamlFile file:
                Line(depth, $"{key}: {{{{ .Files.Get \"{file.File.Name}\" | toJson }}}}");
                break;
            case YamlInsert insert when entry.Key == YamlEntry.Merged:
                Item(insert, depth);
                break;
            case YamlInsert insert:
                Line(0, $"{{{{- with {insert.Code} }}}}");
                Line(depth, $"{key}:");
                Line(depth + 1, $"{{{{- toYaml . | nindent {(depth + 1) * 2} }}}}");
                Line(0, "{{- end }}");
                break;
            case var leaf when Inline(leaf) is { } inline:
                Line(depth, $"{key}: {inline}");
                break;
            default:
                Line(depth, $"{key}:");
                Block(entry.Value, depth + 1);
                break;
        }
    }

    private void Item(YamlNode item, int depth)
    {
        switch (item)
        {
            case YamlInsert insert:
                Line(0, $"{{{{- with {insert.Code} }}}}");
                Line(depth, $"{{{{- toYaml . | nindent {depth * 2} }}}}");
                Line(0, "{{- end }}");
                break;
            case var several when Several(several) is { } text:
                Literal(depth, "-", text);
                break;
            case var leaf when Inline(leaf) is { } inline:
                Line(depth, $"- {inline}");
                break;
            default:
                var start = _text.Length;
                Block(item, depth + 1);
                // The first line of what an item holds stands behind its dash.
                var indent = (depth + 1) * 2;
                if (_text.ToString(start, indent) != new string(' ', indent))
                    throw new InvalidOperationException("The first key of a list's item cannot be conditional.");
                _text[start + indent - 2] = '-';
                break;
        }
    }

    private void Literal(int depth, string start, string text)
    {
        // A first line that begins with a space would be taken for the block's own indentation.
        Line(depth, $"{start} |{(text.TrimStart('\n').StartsWith(' ') ? "2" : "")}{(text.EndsWith('\n') ? "" : "-")}");
        foreach (var line in Lines(text.TrimEnd('\n')))
            Line(depth + 1, line);
    }

    private static string? Several(YamlNode node) => node switch
    {
        YamlScalar { Value: string text } when text.Contains('\n', StringComparison.Ordinal) => text,
        YamlTemplate template when template.Code.Contains('\n', StringComparison.Ordinal) => template.Code,
        _ => null,
    };

    private static string? Inline(YamlNode node) => node switch
    {
        YamlScalar scalar => YamlQuoting.Scalar(scalar.Value),
        YamlTemplate template => template.Code,
        YamlMap { Entries.Count: 0 } => "{}",
        YamlList { Items.Count: 0 } => "[]",
        _ => null,
    };

    private void On(Condition? condition, Action write)
    {
        if (condition is not null)
            Line(0, $"{{{{- if {condition.Code} }}}}");
        write();
        if (condition is not null)
            Line(0, "{{- end }}");
    }

    private void Line(int depth, string text) => _text.Append(' ', text.Length == 0 ? 0 : depth * 2).Append(text).Append('\n');

    private static string[] Lines(string? text) => text is null ? [] : text.Split('\n');
}

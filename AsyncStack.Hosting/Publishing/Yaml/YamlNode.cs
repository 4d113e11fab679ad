using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Yaml;

/// <summary>A part of a YAML document, or of a template that becomes one.</summary>
internal abstract record YamlNode;

/// <summary>A value on one line, as it is written; text over several lines is written as a block.</summary>
internal sealed record YamlScalar(object? Value) : YamlNode;

/// <summary>A value with template actions in it.</summary>
internal sealed record YamlTemplate(string Code, YamlNode ByDefault) : YamlNode;

/// <summary>A setting whose whole YAML stands here; nothing when it is empty.</summary>
internal sealed record YamlInsert(string Code, YamlNode ByDefault) : YamlNode;

/// <summary>The content of a file that lies in the chart.</summary>
internal sealed record YamlFile(ChartFile File) : YamlNode;

/// <summary>Keys and values in their order.</summary>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries) : YamlNode;

/// <summary>Items in their order.</summary>
internal sealed record YamlList(IReadOnlyList<YamlItem> Items) : YamlNode;

/// <summary>One key of a map; there on a condition, or always. A comment stands above it.</summary>
internal sealed record YamlEntry(string Key, YamlNode Value, Condition? Condition = null, string? Comment = null)
{
    /// <summary>The key of an entry whose own keys stand in its place.</summary>
    public const string Merged = "<<";
}

/// <summary>One item of a list; there on a condition, or always.</summary>
internal sealed record YamlItem(YamlNode Value, Condition? Condition = null);

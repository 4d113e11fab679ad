using System.Globalization;
using System.Text.RegularExpressions;

namespace AsyncStack.Hosting.Publishing.Yaml;

/// <summary>Which values have to be quoted, so that every reader takes them for what they are.</summary>
internal static partial class YamlQuoting
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "true", "false", "yes", "no", "on", "off", "y", "n", "null", "~" };

    /// <summary>A value on one line.</summary>
    public static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        string text => Plain().IsMatch(text) && !Words.Contains(text) ? text : Quoted(text),
        _ => throw new InvalidOperationException($"YAML has no way to write a {value.GetType().Name}."),
    };

    /// <summary>Text with template actions: quoted unless it cannot be taken for anything but text; over several lines it is a block.</summary>
    public static string Template(string template) =>
        template.Contains('\n', StringComparison.Ordinal) || PlainPart().IsMatch(Actions().Replace(template, "")) ? template : $"\"{template}\"";

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";

    // Starts with a letter or a path's slash; colons only inside words.
    [GeneratedRegex(@"^[A-Za-z_/][A-Za-z0-9_./@+=-]*(:[A-Za-z0-9_./@+=-]+)*( [A-Za-z0-9_./@+=(-][A-Za-z0-9_./@+=;)-]*)*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]*[A-Za-z_-][A-Za-z0-9_.-]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainPart();

    [GeneratedRegex(@"\{\{.*?\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Actions();
}

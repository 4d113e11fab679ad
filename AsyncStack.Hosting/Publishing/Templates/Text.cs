using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>Text that a chart fills in when it is installed: with template actions in it, and as it is with the default values.</summary>
internal sealed record Text(string Template, string ByDefault)
{
    public static implicit operator Text(string literal) => new(literal.Replace("{{", "{{ \"{{\" }}", StringComparison.Ordinal), literal);

    /// <summary>Puts text together from literals, other text and settings.</summary>
    public static Text Of(FormattableString text) => new(
        string.Format(CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(a => Part(a).Template)]),
        string.Format(CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(a => Part(a).ByDefault)]));

    /// <summary>The result of a template action, without its braces.</summary>
    public static Text Action(string code, string byDefault) => new($"{{{{ {code} }}}}", byDefault);

    /// <summary>A digest of a setting, for pods that have to start anew with it.</summary>
    public static Text Digest(ISetting setting) =>
        Action($"{setting.Code} | toString | sha256sum", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Convert.ToString(setting.Default, CultureInfo.InvariantCulture) ?? ""))));

    /// <summary>One text or the other.</summary>
    public static Text Choose(Condition condition, Text then, Text otherwise) => new(
        $"{{{{ if {condition.Code} }}}}{then.Template}{{{{ else }}}}{otherwise.Template}{{{{ end }}}}", condition.ByDefault ? then.ByDefault : otherwise.ByDefault);

    /// <summary>The text, or nothing.</summary>
    public static Text Only(Condition condition, Text then) => new(
        $"{{{{ if {condition.Code} }}}}{then.Template}{{{{ end }}}}", condition.ByDefault ? then.ByDefault : "");

    /// <summary>Whether it is the same whatever the values are.</summary>
    public bool IsLiteral => !Template.Contains("{{", StringComparison.Ordinal);

    private static Text Part(object? part) => part switch
    {
        Text text => text,
        ISetting setting => Action(setting.Default is int ? $"int {setting.Code}" : setting.Code, Convert.ToString(setting.Default, CultureInfo.InvariantCulture) ?? ""),
        _ => Convert.ToString(part, CultureInfo.InvariantCulture) ?? "",
    };
}

/// <summary>A file that lies in the chart beside the templates and whose content a field takes as it is.</summary>
internal sealed record ChartFile(string Name, string Content);

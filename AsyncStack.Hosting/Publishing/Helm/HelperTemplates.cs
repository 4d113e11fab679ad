using System.Text;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>Text that several templates take in, defined once in _helpers.tpl.</summary>
internal sealed class HelperTemplates(Release release)
{
    private readonly SortedDictionary<string, Text> _texts = new(StringComparer.Ordinal);

    /// <summary>Defines a text under a name, and says how to take it in.</summary>
    public Text Define(string name, Text text)
    {
        if (text.IsLiteral)
            return text;
        _texts[name] = text;
        return Text.Action($"include \"{release.Chart}.{name}\" .", text.ByDefault);
    }

    /// <summary>The file.</summary>
    public string Write()
    {
        var file = new StringBuilder(
            $$$"""
            {{- /* Begins every object's name: short enough that the longest name still is a DNS label. */ -}}
            {{- define "{{{release.Chart}}}.fullname" -}}
            {{- .Release.Name | replace "." "-" | trunc 36 | trimSuffix "-" -}}
            {{- end -}}

            """);
        foreach (var (name, text) in _texts)
            file.Append($"\n{{{{- define \"{release.Chart}.{name}\" -}}}}\n{text.Template}\n{{{{- end -}}}}\n");
        return file.ToString();
    }
}

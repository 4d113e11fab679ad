using System.Text;
using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>Writes an application as a Helm chart.</summary>
internal static class HelmPublisher
{
    public static IReadOnlyDictionary<string, string> Files(ApplicationChart application)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Chart.yaml"] = ChartText.Chart(application),
            ["values.yaml"] = $"# Values of the chart {application.Context.Release.Chart}. The schema beside this file checks what you set.\n---\n" + Spaced(ValuesFiles.Values(application.Context.Root)),
            ["values.schema.json"] = ValuesFiles.Schema(application.Context.Root),
            ["README.md"] = ChartText.Readme(application),
            [".helmignore"] = "*.tgz\n.git/\n",
            ["templates/_helpers.tpl"] = application.Context.Helpers.Write(),
            ["templates/NOTES.txt"] = ChartText.Notes(application),
        };
        foreach (var template in application.Templates)
            files[template.File] = template.Content;
        foreach (var file in application.Documents.GroupBy(d => d.File, StringComparer.Ordinal))
            files[file.Key] = Template(file);
        foreach (var file in application.Documents.SelectMany(d => ChartFiles(ObjectYaml.From(d.Object))).DistinctBy(f => f.Name))
            files[file.Name] = file.Content;
        return files;
    }

    // Each document carries its own separator, so that what is left out leaves no empty one.
    private static string Template(IEnumerable<ChartDocument> documents)
    {
        var text = new StringBuilder();
        foreach (var document in documents)
        {
            if (document.Condition is { } condition)
                text.Append($"{{{{- if {condition.Code} }}}}\n");
            text.Append("---\n").Append(YamlWriter.Write(ObjectYaml.From(document.Object)));
            if (document.Condition is not null)
                text.Append("{{- end }}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<ChartFile> ChartFiles(YamlNode node) => node switch
    {
        YamlFile file => [file.File],
        YamlMap map => map.Entries.SelectMany(e => ChartFiles(e.Value)),
        YamlList list => list.Items.SelectMany(i => ChartFiles(i.Value)),
        _ => [],
    };

    // A blank line before each section.
    private static string Spaced(string values)
    {
        var text = new StringBuilder();
        var lines = values.Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            if (i > 0 && lines[i].StartsWith('#') && !lines[i - 1].StartsWith('#'))
                text.Append('\n');
            text.Append(lines[i]).Append('\n');
        }

        return text.ToString();
    }
}

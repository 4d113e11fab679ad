using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Yaml;
using YamlDotNet.Serialization;

namespace AsyncStack.Publishing.Tests;

public sealed class YamlTests
{
    public static TheoryData<string> Texts =>
    [
        "", "plain", "two words", "true", "No", "null", "~", "1", "1.5", "0x1F", "1e3", "2026-01-01", "12:30", " leading", "trailing ", "a: b", "a #b", "#", "- x", "-ec", "*", "&x", "!x",
        "{a}", "[a]", "it's", "\"quoted\"", "back\\slash", "tab\there", "%", "@", "`", "key=value;other={secret:x}", "http://*:8080", "a:b:c", "^[a-z]$", "ünï", "line\nbreak\n", "line\nbreak",
        "  indented\nblock\n", "first\n\nthird\n",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Every_text_is_read_back_as_it_was(string text)
    {
        var yaml = YamlWriter.Write(ObjectYaml.From(new { value = text, list = new[] { text } }));

        var read = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<Dictionary<string, object?>>(yaml);
        Assert.Equal(text, read["value"]);
        Assert.Equal([text], Assert.IsType<List<object>>(read["list"]));
    }

    [Fact]
    public void Conditions_and_settings_are_template_code_for_helm_and_values_otherwise()
    {
        var values = new ValuesSection("", "");
        var on = values.Flag("on", false, "");
        var size = values.Number("size", 3, "");
        var labels = values.Block("labels", new Dictionary<string, string> { ["a"] = "b" }, "", Schema.TextByKey);
        var node = ObjectYaml.From(new { size = (Field<int>)size, host = Text.Of($"db-{size}"), only = Field.When(on.IsSet, "x"), unless = Field.When(!on.IsSet, "y"), labels });

        Assert.Equal(
            """
            size: {{ int .Values.size }}
            host: db-{{ int .Values.size }}
            {{- if .Values.on }}
            only: x
            {{- end }}
            {{- if not .Values.on }}
            unless: "y"
            {{- end }}
            {{- with .Values.labels }}
            labels:
              {{- toYaml . | nindent 2 }}
            {{- end }}

            """,
            YamlWriter.Write(node));
        Assert.Equal("size: 3\nhost: db-3\nunless: \"y\"\nlabels:\n  a: b\n", YamlWriter.Write(DefaultYaml.Of(node)));
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

public sealed partial class ChartTests(ChartFixture chart)
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Helm_lints_it_strictly(int helm)
    {
        foreach (var values in ChartFixture.ValuesSets)
            (await Programs.RunAsync(await Tools.HelmAsync(helm), ["lint", "--strict", chart.Folder, "--values", ChartFixture.ValuesFile(values)])).Succeeded();
    }

    [Fact]
    public async Task Both_versions_of_helm_render_the_same()
    {
        foreach (var values in ChartFixture.ValuesSets)
            Assert.Equal(Golden.Masked(await chart.TextAsync(values, 3)), Golden.Masked(await chart.TextAsync(values, 4)));
    }

    [Theory]
    [InlineData("api.replica=3", "replica")]
    [InlineData("api.replicas=none", "replicas")]
    [InlineData("postgres.mode=elsewhere", "mode")]
    [InlineData("postgres.image=postgres 17", "image")]
    [InlineData("postgres.image=docker.io/library/postgres", "image")]
    [InlineData("api.resources.limits.memory=much", "memory")]
    [InlineData("password=secret", "password")]
    public async Task The_schema_refuses_values_that_no_template_reads(string set, string named)
    {
        var outcome = await Programs.RunAsync(await Tools.HelmAsync(4), ["template", "asyncstack", chart.Folder, "--set", set]);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "auth.mode=Anonymous")]
    [InlineData(4, "auth.mode=Anonymous")]
    [InlineData(3, "api.env[0].name=Auth__Mode,api.env[0].value=Anonymous")]
    [InlineData(4, "api.env[0].name=Auth__Mode,api.env[0].value=Anonymous")]
    [InlineData(4, "api.env[0].name=AUTH__MODE,api.env[0].value=Anonymous")]
    [InlineData(4, "api.env[0].name=auth:mode,api.env[0].value=Anonymous")]
    public async Task No_value_lets_everybody_in(int helm, string set)
    {
        var outcome = await Programs.RunAsync(await Tools.HelmAsync(helm), ["template", "asyncstack", chart.Folder, "--set", set]);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("schema", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_variables_may_be_set()
    {
        (await Programs.RunAsync(await Tools.HelmAsync(4), ["template", "asyncstack", chart.Folder, "--set", "api.env[0].name=Auth__Oidc__Audience,api.env[0].value=asyncstack"])).Succeeded();
    }

    [Fact]
    public void Every_key_of_the_values_is_read_by_a_template()
    {
        var files = chart.Chart.Files();
        var templates = string.Concat(files.Where(f => f.Key.StartsWith("templates/", StringComparison.Ordinal)).Select(f => f.Value));

        foreach (var key in Keys(JsonNode.Parse(files["values.schema.json"])!.AsObject(), ""))
            Assert.Matches($@"\.Values\.{Regex.Escape(key)}\b", templates);
    }

    [Fact]
    public void Every_key_that_a_template_reads_is_in_the_values()
    {
        var files = chart.Chart.Files();
        var known = Keys(JsonNode.Parse(files["values.schema.json"])!.AsObject(), "").ToHashSet(StringComparer.Ordinal);

        foreach (var (name, text) in files.Where(f => f.Key.StartsWith("templates/", StringComparison.Ordinal)))
        {
            foreach (Match read in ValuesKey().Matches(text))
                Assert.True(known.Contains(read.Groups["key"].Value), $"{name} reads {read.Value}");
        }
    }

    [Fact]
    public void No_secret_is_in_the_values()
    {
        var values = Manifests.Parse(chart.Chart.Files()["values.yaml"]).All.Single();

        // Names of Secrets and of keys in them are told; what they hold is not.
        string[] names = ["password", "username", "access-key", "secret-key", "asyncstack-tls"];
        foreach (var (path, value) in values.SelectMany(section => Leaves(section.Value, section.Key)))
        {
            if (value.Length > 0 && Suspicious().IsMatch(path[(path.LastIndexOf('.') + 1)..]))
                Assert.Contains(value, names);
        }
    }

    [Fact]
    public async Task No_image_is_without_a_version()
    {
        foreach (var values in ChartFixture.ValuesSets)
        {
            foreach (var container in (await chart.RenderAsync(values)).Pods().SelectMany(p => p.AllContainers))
            {
                Assert.Matches("^[a-z0-9./-]+(:[0-9]+)?/[a-z0-9-]+:[A-Za-z0-9._-]+$", container.Text("image"));
                Assert.DoesNotContain(":latest", container.Text("image"), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_services_images_are_those_that_the_projects_make()
    {
        var images = (await chart.RenderAsync("default")).Pods().SelectMany(p => p.AllContainers).Select(c => c.Text("image")!)
            .Where(i => i.StartsWith("asyncstack/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);

        var made = new List<string>();
        foreach (var service in new[] { "Api", "Notifier", "Web", "Worker" })
        {
            var project = Path.Combine(Publication.Checkout, $"AsyncStack.{service}", $"AsyncStack.{service}.csproj");
            var properties = JsonNode.Parse((await Programs.RunAsync("dotnet", ["msbuild", project, "-getProperty:ContainerRepository", "-getProperty:ContainerImageTag", "-getProperty:ContainerUser"])).Succeeded())!["Properties"];
            made.Add($"{properties.Text("ContainerRepository")}:{properties.Text("ContainerImageTag")}");
            Assert.Equal("1654", properties.Text("ContainerUser"));
        }

        Assert.Equal(made, images);
    }

    private static IEnumerable<string> Keys(JsonObject schema, string path) =>
        from property in schema["properties"]!.AsObject()
        let key = path.Length == 0 ? property.Key : $"{path}.{property.Key}"
        where key != "global"
        let inner = property.Value!.AsObject()
        // Resources are inserted whole.
        from found in inner.ContainsKey("properties") && !key.EndsWith("resources", StringComparison.OrdinalIgnoreCase) ? Keys(inner, key) : [key]
        select found;

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.SelectMany(e => Leaves(e.Value, $"{path}.{e.Key}")),
        JsonArray list => list.SelectMany(e => Leaves(e, path)),
        _ => [(path, node?.ToString() ?? "")],
    };

    [GeneratedRegex(@"\.Values\.(?<key>[A-Za-z][A-Za-z0-9.]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValuesKey();

    [GeneratedRegex("pass|secret|token|key$|credential", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Suspicious();
}

using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

public sealed class LintTests(ChartFixture chart)
{
    private static readonly string YamlRules = Path.Combine(AppContext.BaseDirectory, ".yamllint.yaml");
    private static readonly string Observability = Path.Combine(Publication.Checkout, "AsyncStack.AppHost", "Observability");

    [Fact]
    public async Task Yaml_is_clean()
    {
        using var manifests = await Publication.WriteAsync("manifests");
        using var compose = await Publication.WriteAsync("compose");
        using var rendered = new TemporaryFolder();
        foreach (var values in ChartFixture.ValuesSets)
            await File.WriteAllTextAsync(Path.Combine(rendered.Path, $"{values}.yaml"), await chart.TextAsync(values, 4), TestContext.Current.CancellationToken);

        (await Programs.RunAsync("yamllint", [
            "--strict", "--config-file", YamlRules, manifests.Folder, compose.Folder, rendered.Path, Path.Combine(chart.Folder, "values.yaml"), Path.Combine(chart.Folder, "Chart.yaml"),
        ])).Succeeded();
    }

    [Fact]
    public async Task Rules_are_those_of_the_graph_and_prometheus_reads_them()
    {
        using var folder = new TemporaryFolder();
        var rule = (await chart.RenderAsync("production")).Of("PrometheusRule").Single();
        var source = await File.ReadAllTextAsync(Path.Combine(Observability, "rules.yaml"), TestContext.Current.CancellationToken);
        Assert.True(JsonNode.DeepEquals(Manifests.Parse(source).All.Single(), rule["spec"]));
        // JSON is YAML.
        var file = Path.Combine(folder.Path, "rules.yaml");
        await File.WriteAllTextAsync(file, rule["spec"]!.ToJsonString(), TestContext.Current.CancellationToken);

        (await Programs.RunAsync("promtool", ["check", "rules", file])).Succeeded();
    }

    [Fact]
    public async Task The_dashboard_is_that_of_the_graph()
    {
        var config = (await chart.RenderAsync("production")).Get("ConfigMap", "asyncstack-dashboard");

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Observability, "dashboard.json"), TestContext.Current.CancellationToken), config["data"].Text("asyncstack.json"));
        Assert.Equal("1", config["metadata"]!["labels"].Text("grafana_dashboard"));
    }

    [Fact]
    public async Task Workflows_and_values_of_environments_are_clean() => (await Programs.RunAsync("yamllint", [
        "--strict", "--config-file", YamlRules, Path.Combine(Publication.Checkout, ".github"), Path.Combine(Publication.Checkout, "deploy"),
    ])).Succeeded();

    [Fact]
    public async Task Scripts_are_clean()
    {
        using var compose = await Publication.WriteAsync("compose");
        string[] scripts = [.. Directory.EnumerateFiles(Path.Combine(Publication.Checkout, "deploy"), "*.sh", SearchOption.AllDirectories), Path.Combine(Publication.Checkout, "publish.sh")];
        Assert.NotEmpty(scripts);

        (await Programs.RunAsync("shellcheck", ["--external-sources", .. scripts, Path.Combine(compose.Folder, "create-secrets.sh")], folder: Publication.Checkout)).Succeeded();
    }

    [Fact]
    public async Task Values_of_each_environment_are_valid()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Publication.Checkout, "deploy", "environments"), "*.yaml").ToList();
        Assert.NotEmpty(files);
        foreach (var values in files)
            (await Programs.RunAsync(await Tools.HelmAsync(4), ["template", "asyncstack", chart.Folder, "--values", values])).Succeeded();
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

/// <summary>Those who install without Helm.</summary>
public sealed partial class PlainPublisherTests(ChartFixture chart)
{
    [Fact]
    public async Task Kustomize_makes_what_helm_makes_of_the_default_values()
    {
        using var published = await Publication.WriteAsync("manifests");
        (await Programs.RunAsync(Path.Combine(published.Folder, "create-secrets.sh"), [])).Succeeded();

        var plain = Manifests.Parse((await Programs.RunAsync(await Tools.KubectlAsync(), ["kustomize", published.Folder])).Succeeded());

        var helm = (await chart.RenderAsync("default")).All.Where(m => m.At("metadata", "annotations", "helm.sh/hook") is null).ToList();
        Assert.Equal(
            helm.Select(m => $"{m.Kind()} {m.Name()}").Append("Namespace asyncstack").Append("Secret asyncstack-credentials").Order(StringComparer.Ordinal),
            plain.All.Select(m => $"{m.Kind()} {m.Name()}").Order(StringComparer.Ordinal));
        foreach (var manifest in helm.Where(m => m.ContainsKey("spec")))
        {
            var other = JsonNode.Parse(Normalized(plain.Get(manifest.Kind(), manifest.Name())["spec"]!.ToJsonString()));
            Assert.True(JsonNode.DeepEquals(manifest["spec"], other), $"{manifest.Kind()} {manifest.Name()}:\n{manifest["spec"]!.ToJsonString()}\n{other!.ToJsonString()}");
        }

        Assert.Equal("restricted", plain.Get("Namespace", "asyncstack")["metadata"]!["labels"].Text("pod-security.kubernetes.io/enforce"));

        // Who manages the object is all that differs.
        static string Normalized(string spec) => spec.Replace("\"app.kubernetes.io/managed-by\":\"publish\"", "\"app.kubernetes.io/managed-by\":\"Helm\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_reads_what_kustomize_makes()
    {
        await using var server = await DiscoveryServer.StartAsync();
        using var published = await Publication.WriteAsync("manifests");
        (await Programs.RunAsync(Path.Combine(published.Folder, "create-secrets.sh"), [])).Succeeded();
        using var folder = new TemporaryFolder();

        var output = (await Programs.RunAsync(await Tools.KubectlAsync(), [
            "--kubeconfig", await server.KubeconfigAsync(folder.Path), "apply", "--dry-run=client", "--validate=false", "-k", published.Folder,
        ])).Succeeded();

        Assert.Contains("namespace/asyncstack created (dry run)", output, StringComparison.Ordinal);
        Assert.Contains("secret/asyncstack-credentials created (dry run)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_made_once_and_stay()
    {
        using var published = await Publication.WriteAsync("compose");
        var script = Path.Combine(published.Folder, "create-secrets.sh");
        (await Programs.RunAsync(script, [])).Succeeded();
        var password = Path.Combine(published.Folder, "secrets", "postgres-password");
        var first = await File.ReadAllTextAsync(password, TestContext.Current.CancellationToken);

        (await Programs.RunAsync(script, [])).Succeeded();

        Assert.Equal(22, first.Length);
        Assert.Equal(first, await File.ReadAllTextAsync(password, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(password)!));
    }

    [Fact]
    public async Task Everything_that_the_compose_file_names_exists()
    {
        using var published = await Publication.WriteAsync("compose");
        (await Programs.RunAsync(Path.Combine(published.Folder, "create-secrets.sh"), [])).Succeeded();
        var file = Manifests.Parse(published.Files()["docker-compose.yaml"]).All.Single();
        var services = file["services"].As();

        Assert.Equal(10, services.Count);
        foreach (var (name, service) in services)
        {
            Assert.True(service.As().ContainsKey("healthcheck") || service.Text("restart") == "no", name);
            Assert.Equal("true", service.Text("read_only"));
            Assert.All(service.At("depends_on").Texts().Keys, dependency => Assert.True(services.ContainsKey(dependency)));
            Assert.All(service.List("secrets"), secret => Assert.True(file["secrets"].As().ContainsKey(secret.Text("source")!)));
            Assert.All(service.List("configs"), config => Assert.True(file["configs"].As().ContainsKey(config.Text("source")!)));
            Assert.All(service.At("networks").AllTexts(), network => Assert.True(file["networks"].As().ContainsKey(network)));
            foreach (var placeholder in service.At("environment").AllTexts().SelectMany(v => Placeholder().Matches(v)))
                Assert.Contains(service.List("secrets"), s => s.Text("source") == placeholder.Groups["name"].Value);
        }

        Assert.All(file["secrets"].As().Concat(file["configs"].As()), source => Assert.True(File.Exists(Path.Combine(published.Folder, source.Value.Text("file")!)), source.Key));
        Assert.Equal("true", file.Text("networks", "inside", "internal"));
        Assert.Equal(["asyncstack-gateway", "asyncstack-notifier"], services.Where(s => s.Value!["networks"].AllTexts().Contains("outside")).Select(s => s.Key).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("{secret:(?<name>[a-z-]+)}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}

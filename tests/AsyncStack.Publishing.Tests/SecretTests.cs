using System.Text;
using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

public sealed class SecretTests(ChartFixture chart)
{
    private const string Name = "asyncstack-credentials";

    private static readonly string[] Keys =
    [
        "cache-password", "encryption-key", "bootstrap-key", "key-hash-secret", "messaging-password", "messaging-username", "postgres-password", "postgres-username", "storage-access-key",
        "storage-secret-key", "webhook-secret",
    ];

    [Fact]
    public async Task Each_installation_gets_passwords_of_its_own()
    {
        var first = Data((await RenderAsync(null)).Get("Secret", Name));
        var second = Data((await RenderAsync(null)).Get("Secret", Name));

        Assert.Equal(Keys.Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
        Assert.All(Keys.Where(k => !k.EndsWith("username", StringComparison.Ordinal)), key => Assert.NotEqual(first[key], second[key]));
        Assert.All(Keys.Where(k => !k.EndsWith("username", StringComparison.Ordinal)), key => Assert.True(first[key].Length >= 20, key));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task An_upgrade_keeps_what_is_there_and_makes_what_a_new_version_needs(int helm)
    {
        var kept = Keys[1..].ToDictionary(k => k, k => $"kept {k}", StringComparer.Ordinal);
        await using var cluster = await ClusterWithAsync(kept);

        var secret = (await RenderAsync(cluster, helm, "--is-upgrade", "--set", "api.replicas=5")).Get("Secret", Name);

        var data = Data(secret);
        Assert.All(kept, pair => Assert.Equal(pair.Value, data[pair.Key]));
        Assert.Equal(22, data[Keys[0]].Length);
    }

    // A Secret that the release does not hold cannot be set back by a rollback, changed by an upgrade or removed with the release.
    [Theory]
    [InlineData(3, "--is-upgrade")]
    [InlineData(4, "--is-upgrade")]
    [InlineData(4)]
    public async Task A_whole_secret_is_left_alone_by_upgrades_and_by_a_new_installation(int helm, params string[] more)
    {
        await using var cluster = await ClusterWithAsync(Keys.ToDictionary(k => k, k => $"kept {k}", StringComparer.Ordinal));

        Assert.Empty((await RenderAsync(cluster, helm, more)).Of("Secret"));
    }

    [Fact]
    public async Task The_secret_is_there_before_all_else_and_no_part_of_the_release()
    {
        var annotations = (await RenderAsync(null)).Get("Secret", Name)["metadata"]!["annotations"];

        Assert.Equal("pre-install,pre-upgrade", annotations.Text("helm.sh/hook"));
        Assert.Equal("-10", annotations.Text("helm.sh/hook-weight"));
        Assert.Equal("keep", annotations.Text("helm.sh/resource-policy"));
    }

    [Theory]
    [InlineData("production", "ExternalSecret")]
    [InlineData("everything", "SecretProviderClass")]
    [InlineData("operators", null)]
    public async Task Secrets_of_somebody_else_are_not_generated(string values, string? kind)
    {
        var manifests = await chart.RenderAsync(values);

        Assert.Empty(manifests.Of("Secret"));
        if (kind is not null)
            Assert.Single(manifests.Of(kind));
    }

    [Fact]
    public async Task No_secret_is_in_a_variable_or_a_command_line()
    {
        foreach (var values in ChartFixture.ValuesSets)
        {
            foreach (var container in (await chart.RenderAsync(values)).Pods().SelectMany(p => p.AllContainers))
            {
                // Headers of a telemetry backend are read from the environment by the OpenTelemetry SDK alone.
                Assert.All(container.List("env").Where(e => e.At("valueFrom", "secretKeyRef") is not null), e => Assert.StartsWith("OT", e.Text("name"), StringComparison.Ordinal));
                foreach (var text in container.List("env").Select(e => e.Text("value")).OfType<string>().Where(v => v.Contains("assword=", StringComparison.Ordinal) || v.Contains("SecretKey=", StringComparison.Ordinal)))
                    Assert.Matches("(assword|SecretKey)={secret:[a-z-]+}", text);
            }
        }
    }

    private static async Task<DiscoveryServer> ClusterWithAsync(Dictionary<string, string> secrets)
    {
        var cluster = await DiscoveryServer.StartAsync();
        cluster.Put($"/api/v1/namespaces/asyncstack/secrets/{Name}", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = "asyncstack" },
            ["data"] = new JsonObject(secrets.Select(k => KeyValuePair.Create(k.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(k.Value))))),
        });
        return cluster;
    }

    private static Dictionary<string, string> Data(JsonObject secret) =>
        secret["data"]!.AsObject().ToDictionary(d => d.Key, d => Encoding.UTF8.GetString(Convert.FromBase64String(d.Value!.ToString())), StringComparer.Ordinal);

    private async Task<Manifests> RenderAsync(DiscoveryServer? cluster, int helm = 4, params string[] more)
    {
        using var folder = new TemporaryFolder();
        string[] connection = cluster is null ? [] : ["--dry-run=server", "--disable-openapi-validation", "--kubeconfig", await cluster.KubeconfigAsync(folder.Path)];
        return Manifests.Parse((await Programs.RunAsync(
            await Tools.HelmAsync(helm), ["template", "asyncstack", chart.Folder, "--namespace", "asyncstack", .. connection, .. more])).Succeeded());
    }
}

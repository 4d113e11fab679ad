using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests.Containers;

/// <summary>Need a container engine and the images that tests/containers makes: run by <c>./test.sh --containers</c>.</summary>
[Trait("category", "Containers")]
public sealed class NodeTests(ChartFixture chart)
{
    private static readonly (string Key, string Image, string User)[] StandIns =
    [
        ("postgres", "postgres", "postgres"), ("cache", "redis", "redis"), ("messaging", "rabbitmq", "rabbitmq"), ("storage", "minio", "redis"), ("gateway", "nginx", "www-data"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_pod_becomes_ready_and_a_new_installation_finds_the_data_of_the_one_before()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromMinutes(5));
        var manifests = Manifests.Parse((await Programs.RunAsync(
            await Tools.HelmAsync(4), ["template", "asyncstack", chart.Folder, "--values", ChartFixture.ValuesFile("minimal"), .. await StandInsAsync()])).Succeeded());
        await using var node = new Node(await ProgramsOfAsync());

        await node.InstallAsync(manifests, deadline.Token);
        var test = await node.RunAsync(manifests.Pods().Single(p => p.Owner.Kind() == "Pod"), deadline.Token);
        Assert.Contains("completed, result", test.Succeeded(), StringComparison.Ordinal);
        var task = test.Output.Split('\n').First(l => l.StartsWith("202 ", StringComparison.Ordinal))[4..].Trim();

        await node.UninstallAsync();
        await node.InstallAsync(manifests, deadline.Token);

        using var client = new HttpClient { BaseAddress = new Uri($"http://{node.AddressOf("asyncstack-gateway")}:8080") };
        var key = Encoding.UTF8.GetString(Convert.FromBase64String(manifests.Get("Secret", "asyncstack-credentials")["data"].Text("bootstrap-key")!));
        client.DefaultRequestHeaders.Add("X-Api-Key", $"ask_firstkey_{key}");
        var kept = await client.GetAsync(new Uri(task, UriKind.RelativeOrAbsolute), deadline.Token);
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        Assert.Equal("completed", JsonNode.Parse(await kept.Content.ReadAsStringAsync(deadline.Token)).Text("status"));
        (await node.RunAsync(manifests.Pods().Single(p => p.Owner.Kind() == "Pod"), deadline.Token)).Succeeded();
    }

    // The stand-ins' users are those of this machine's packages.
    private static async Task<string[]> StandInsAsync()
    {
        var values = new List<string>();
        foreach (var (key, image, user) in StandIns)
        {
            var id = (await Programs.RunAsync("id", ["-u", user])).Succeeded().Trim();
            values.AddRange(["--set", $"{key}.image=asyncstack-test/{image}:latest,{key}.runAsUser={id}"]);
        }

        return [.. values];
    }

    private static async Task<Dictionary<string, string>> ProgramsOfAsync()
    {
        var programs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in new[] { "Api", "Notifier", "Web", "Worker" })
        {
            var folder = Path.Combine(Publication.Checkout, $"AsyncStack.{service}", "bin", Publication.Configuration, "net10.0");
            var version = (await Programs.RunAsync("dotnet", ["msbuild", Path.Combine(Publication.Checkout, $"AsyncStack.{service}"), "-getProperty:Version"])).Succeeded().Trim();
            programs[$"asyncstack/{service.ToLowerInvariant()}:{version}"] = Path.Combine(folder, $"AsyncStack.{service}.dll");
        }

        return programs;
    }
}

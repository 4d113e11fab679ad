using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Containers;
using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.Tests.Native;
using AsyncStack.Hosting.Tests.Processes;

namespace AsyncStack.Hosting.Tests.Containers;

/// <summary>Need a container engine and the images that tests/containers makes: run by <c>./test.sh --containers</c>.</summary>
[Trait("category", "Containers")]
public sealed class ContainerTests : IAsyncDisposable
{
    private const string Template = """server { listen 127.0.0.1:${NGINX_PORT}; location / { return 200 "${SERVICE_NAME}"; } }""";
    private readonly List<ContainerVolumes> _volumes = [];
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("postgres")]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    public async Task Server_takes_the_graphs_password_and_its_volume_outlives_it(string image)
    {
        using var folder = new TemporaryFolder();
        var start = Describe(image, folder.Path);
        await using (var server = await StartAsync(start))
        {
            Assert.NotNull(await server.Runtime.ProbeAsync(start with { Password = "another" }, Cancellation));
            Assert.Equal([ContainerCommand.NameOf(start)], await ContainersAsync(start));
            await server.Resource.StopAsync(TimeSpan.FromSeconds(30), Cancellation);
        }

        Assert.Empty(await ContainersAsync(start));
        await using var again = await StartAsync(start);
        Assert.Null(await again.Runtime.ProbeAsync(start, Cancellation));
        Assert.Contains(start.Container.Mounts[0].Source, await DockerAsync("volume", "ls", "--quiet"), StringComparison.Ordinal);

        await again.DisposeAsync();
        await DisposeAsync();
        Assert.DoesNotContain(start.Container.Mounts[0].Source, await DockerAsync("volume", "ls", "--quiet"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gateway_on_the_hosts_network_fills_its_template()
    {
        using var folder = new TemporaryFolder();
        var start = Describe("nginx", folder.Path);
        start = start with
        {
            Environment = new Dictionary<string, string> { ["NGINX_PORT"] = start.Ports["tcp"].ToString(), ["SERVICE_NAME"] = "it" },
            Container = start.Container with
            {
                HostNetwork = true,
                Mounts = [new(folder.Write("x.conf.template", Template), "/etc/nginx/templates/x.conf.template", IsReadOnly: true, IsVolume: false)],
            },
        };
        await using var server = await StartAsync(start);
        using var client = new HttpClient();

        Assert.Equal("it", await client.GetStringAsync(new Uri($"http://127.0.0.1:{server.Port}/"), Cancellation));
    }

    [Fact]
    public async Task Storage_answers_on_its_published_port()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(Describe("minio", folder.Path));
        using var client = new HttpClient();

        var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{server.Port}/"), Cancellation);

        Assert.Equal("application/xml", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Secrets_are_on_no_command_line()
    {
        using var folder = new TemporaryFolder();
        await using var server = await StartAsync(Describe("postgres", folder.Path) with { Password = "hunter2-hunter2" });

        var lines = ProcessTable.DescendantsOf(Environment.ProcessId).Select(ProcessTable.CommandLine).ToList();
        Assert.Contains(lines, line => line.Contains("--env-file", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Port_is_published_on_loopback_only()
    {
        using var folder = new TemporaryFolder();
        var start = Describe("redis", folder.Path);
        await using var server = await StartAsync(start);

        var ports = await DockerAsync("port", ContainerCommand.NameOf(start));
        Assert.Equal($"6379/tcp -> 127.0.0.1:{server.Port}", ports.Trim());
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("rabbitmq")]
    public async Task Killed_parent_leaves_no_container(string image)
    {
        using var folder = new TemporaryFolder();
        using var parent = await KillableParent.StartServerAsync("container", Guid.NewGuid().ToString("N"), image, folder.Path);
        Assert.NotEmpty(await OwnedByAsync(parent.ProcessId));

        parent.KillAtOnce();

        await Waiting.ForAsync(async () => await OwnedByAsync(parent.ProcessId) is [], "the container to be removed");
    }

    [Fact]
    public async Task Container_of_a_dead_owner_is_removed_by_the_next_graph()
    {
        var dead = ContainerOwner.Current.Replace(Environment.ProcessId.ToString(), "1", StringComparison.Ordinal);
        var id = (await DockerAsync("run", "--detach", "--label", $"{ContainerOwner.Label}={dead}", "asyncstack-test/redis")).Trim();

        await ContainerLeftovers.RemoveAsync(await EngineAsync(), Cancellation);

        Assert.DoesNotContain(id[..12], await DockerAsync("ps", "--all", "--quiet"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Persistent_container_is_found_again()
    {
        using var folder = new TemporaryFolder();
        var start = Describe("redis", folder.Path);
        start = start with { Container = start.Container with { Persistent = true } };
        try
        {
            await using (await StartAsync(start))
            {
            }

            var first = await DockerAsync("inspect", "--format", "{{.Id}} {{.State.Running}}", ContainerCommand.NameOf(start));
            Assert.EndsWith("true", first.Trim(), StringComparison.Ordinal);
            await using var again = await StartAsync(start);
            Assert.Equal(first, await DockerAsync("inspect", "--format", "{{.Id}} {{.State.Running}}", ContainerCommand.NameOf(start)));
        }
        finally
        {
            await DockerAsync("rm", "--force", "--volumes", ContainerCommand.NameOf(start));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var volumes in _volumes)
        {
            await volumes.DisposeAsync();
        }
    }

    private static ResourceStart Describe(string image, string folder)
    {
        var start = RunningServer.Describe(image, folder);
        var volume = $"test-{Guid.NewGuid():N}";
        ContainerMount[] mounts = image switch
        {
            "postgres" => [new(volume, "/var/lib/postgresql/data", IsReadOnly: false, IsVolume: true)],
            "redis" => [new(volume, "/data", IsReadOnly: false, IsVolume: true)],
            "rabbitmq" => [new(volume, "/var/lib/rabbitmq", IsReadOnly: false, IsVolume: true)],
            _ => [],
        };
        return start with { Container = start.Container with { Mounts = mounts, ThrowAway = true } };
    }

    private async Task<RunningServer> StartAsync(ResourceStart start)
    {
        var engine = await EngineAsync();
        _volumes.Add(new ContainerVolumes(engine));
        var runtime = new ContainerRuntime(engine, _volumes[^1], ContainerRecipe.For(start.Container.Image));
        return await RunningServer.StartAsync(runtime, start, Cancellation);
    }

    private static async Task<ContainerEngine> EngineAsync() =>
        await ContainerEngine.DetectAsync(Cancellation)
        ?? throw new InvalidOperationException("No container engine answers. Run these tests by ./test.sh --containers.");

    private static async Task<string[]> ContainersAsync(ResourceStart start) =>
        (await DockerAsync("ps", "--all", "--filter", $"name={ContainerCommand.NameOf(start)}", "--format", "{{.Names}}"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string[]> OwnedByAsync(int processId) =>
        [.. (await DockerAsync("ps", "--all", "--format", $"{{{{.Label \"{ContainerOwner.Label}\"}}}}"))
            .Split('\n')
            .Where(owner => owner.Contains($"/{processId}/", StringComparison.Ordinal))];

    private static async Task<string> DockerAsync(params string[] arguments) =>
        (await (await EngineAsync()).RunAsync(arguments, Cancellation)).EnsureSuccess(arguments[0]).Output;
}

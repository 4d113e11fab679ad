using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.Tests.Processes;

namespace AsyncStack.Hosting.Tests.Native;

public sealed class NginxTests
{
    private const string Template = """
        server {
            listen 127.0.0.1:${NGINX_PORT};
            location = /name { return 200 "${SERVICE_NAME} $request_method"; }
            location / { root /usr/share/nginx/html; }
        }
        """;

    private readonly Nginx _runtime = new();
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Templates_are_filled_from_the_environment_and_mounted_files_served()
    {
        using var folder = new TemporaryFolder();
        await using var server = await RunningServer.StartAsync(_runtime, Describe(folder, Template), Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };

        Assert.Equal("it GET", await client.GetStringAsync(new Uri("/name", UriKind.Relative), Cancellation));
        Assert.Equal("<p>hello</p>", await client.GetStringAsync(new Uri("/page.html", UriKind.Relative), Cancellation));
    }

    [Fact]
    public async Task Killed_master_takes_its_workers_along()
    {
        using var folder = new TemporaryFolder();
        await using var server = await RunningServer.StartAsync(_runtime, Describe(folder, Template), Cancellation);
        var workers = ProcessTable.DescendantsOf(server.Resource.ProcessId!.Value);
        Assert.NotEmpty(workers);

        await server.CrashAsync();

        Assert.DoesNotContain(workers, ProcessTable.IsRunning);
    }

    [Fact]
    public void Undefined_names_stay_as_they_are()
    {
        var environment = new Dictionary<string, string> { ["NGINX_PORT"] = "80", ["SERVICE_NAME"] = "it" };

        var text = EnvironmentTemplate.Substitute("listen ${NGINX_PORT}; $SERVICE_NAME $host ${UNDEFINED_NAME};", environment);

        Assert.Equal("listen 80; it $host ${UNDEFINED_NAME};", text);
    }

    [Fact]
    public async Task Broken_configuration_ends_it_with_a_reason_in_the_log()
    {
        using var folder = new TemporaryFolder();
        var log = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var start = Describe(folder, "server { no_such_directive; }") with { Log = (line, _) => log.Enqueue(line) };
        await using var server = await _runtime.StartAsync(start, Cancellation);

        Assert.NotEqual(0, await server.Exited.WaitAsync(Waiting.AtMost, Cancellation));
        Assert.Contains(log, line => line.Contains("no_such_directive", StringComparison.Ordinal));
    }

    private static ResourceStart Describe(TemporaryFolder folder, string template)
    {
        var start = RunningServer.Describe("nginx", folder.Path);
        ContainerMount[] mounts =
        [
            new(folder.Write("default.conf.template", template), "/etc/nginx/templates/default.conf.template", IsReadOnly: true, IsVolume: false),
            new(folder.Write("page.html", "<p>hello</p>"), "/usr/share/nginx/html/page.html", IsReadOnly: true, IsVolume: false),
        ];
        return start with
        {
            Environment = new Dictionary<string, string> { ["NGINX_PORT"] = start.Ports["tcp"].ToString(), ["SERVICE_NAME"] = "it" },
            Container = start.Container with { Mounts = mounts },
        };
    }
}

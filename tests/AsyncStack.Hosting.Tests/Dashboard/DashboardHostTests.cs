using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Testing;
using AsyncStack.Hosting.Tests.Native;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class DashboardHostTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Graphs_of_tests_have_no_dashboard_unless_asked_for()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddScript("service", "env; exec sleep 600"));

        Assert.Throws<InvalidOperationException>(() => graph.App.GetDashboardLoginUrl());
        await graph.ReachesAsync("service", KnownResourceStates.Running);
        Assert.DoesNotContain(graph.Output("service"), line => line.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_argument_leaves_the_dashboard_out()
    {
        await using var graph = await SmallGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle), withDashboard: true, "--Dashboard:Enabled=false");

        Assert.Throws<InvalidOperationException>(() => graph.App.GetDashboardLoginUrl());
    }

    [Theory]
    [InlineData("--Dashboard:Port=70000", "Port")]
    [InlineData("--Dashboard:OtlpApiKey=short", "OtlpApiKey")]
    public async Task A_wrong_option_stops_the_start_and_is_named(string argument, string named)
    {
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => SmallGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle), withDashboard: true, argument));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_graphs_at_once_have_dashboards_and_sessions_of_their_own()
    {
        await using var one = await DashboardGraph.StartAsync(builder => builder.AddScript("one", Scripts.Idle));
        await using var two = await DashboardGraph.StartAsync(builder => builder.AddScript("two", Scripts.Idle));

        // A browser keeps the cookies of all ports of localhost together.
        var jar = new CookieContainer();
        using var first = one.NewClient(jar);
        using var second = two.NewClient(jar);
        (await first.GetAsync(one.App.GetDashboardLoginUrl(), Cancel)).Dispose();
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/api/resources", Cancel)).StatusCode);
        (await second.GetAsync(two.App.GetDashboardLoginUrl(), Cancel)).Dispose();

        Assert.Contains("\"one\"", await first.GetStringAsync("/api/resources", Cancel), StringComparison.Ordinal);
        Assert.Contains("\"two\"", await second.GetStringAsync("/api/resources", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_are_told_where_to_send_their_telemetry()
    {
        await using var dashboard = await DashboardGraph.StartAsync(
            builder => builder.AddScript("service", "env; echo end; exec sleep 600"), "--Dashboard:OtlpApiKey=0123456789abcdef", "--OTEL_BSP_SCHEDULE_DELAY=250");

        var environment = await OutputAsync(dashboard.Graph);
        Assert.Contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc", environment);
        Assert.Contains("OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key=0123456789abcdef", environment);
        Assert.Contains("OTEL_SERVICE_NAME=service", environment);
        Assert.Contains("OTEL_METRIC_EXPORT_INTERVAL=5000", environment);
        Assert.DoesNotContain("OTEL_BSP_SCHEDULE_DELAY=1000", environment);
        var endpoint = new Uri(environment.Single(l => l.StartsWith("OTEL_EXPORTER_OTLP_ENDPOINT=", StringComparison.Ordinal)).Split('=')[1]);
        using var socket = new TcpClient();
        await socket.ConnectAsync(endpoint.Host, endpoint.Port, Cancel);
    }

    [Fact]
    public async Task A_collector_of_the_user_s_gets_the_telemetry_instead()
    {
        await using var dashboard = await DashboardGraph.StartAsync(
            builder => builder.AddScript("service", "env; echo end; exec sleep 600"), "--OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317");

        var environment = await OutputAsync(dashboard.Graph);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", environment);
        Assert.DoesNotContain(environment, l => l.Contains("x-otlp-api-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_taken_port_is_replaced_and_told_and_the_link_that_is_printed_works_once()
    {
        using var home = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var graph = GraphProcess.Start(home.Path, "--script", Scripts.Idle, $"--Dashboard:Port={port}");

        Assert.Contains("the dashboard is on ", await graph.ReadUntilAsync($"Port {port} is taken", Cancel), StringComparison.Ordinal);
        var link = await LinkAsync(graph);
        Assert.NotEqual(port, link.Port);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var login = await client.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, login.StatusCode);
        var next = await LinkAsync(graph);
        Assert.NotEqual(link, next);

        // run.json follows a moment later.
        var file = Path.Combine(home.Path, "run.json");
        await Waiting.ForAsync(async () => File.Exists(file) && Read(await File.ReadAllTextAsync(file, Cancel)).GetProperty("loginUrl").GetString() == next.ToString(), "run.json to tell the next link");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(0, await graph.TerminateAsync(Cancel));

        static JsonElement Read(string text) => JsonSerializer.Deserialize<JsonElement>(text).GetProperty("dashboard");
    }

    [Fact]
    public async Task A_session_outlives_a_restart_of_the_AppHost()
    {
        using var home = new TemporaryFolder();
        var jar = new CookieContainer();
        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = jar, AllowAutoRedirect = false });
        using (var graph = GraphProcess.Start(home.Path, "--script", Scripts.Idle))
        {
            (await client.GetAsync(await LinkAsync(graph), Cancel)).Dispose();
            await graph.TerminateAsync(Cancel);
        }

        using var next = GraphProcess.Start(home.Path, "--script", Scripts.Idle);
        var address = new Uri(await LinkAsync(next), "/api/resources");

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(address, Cancel)).StatusCode);
        await next.TerminateAsync(Cancel);
    }

    private static async Task<Uri> LinkAsync(GraphProcess graph) => new((await graph.ReadUntilAsync("Dashboard: ", Cancel))["Dashboard: ".Length..]);

    private static async Task<IReadOnlyList<string>> OutputAsync(SmallGraph graph)
    {
        await Waiting.ForAsync(() => graph.Output("service").Contains("end"), "the script to tell its environment");
        return [.. graph.Output("service")];
    }
}

using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class ResourceTests
{
    [Fact]
    public async Task Resources_are_told_with_their_relations_addresses_and_processes()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
        {
            var key = builder.AddParameter("key", "s3cret", secret: true);
            var service = builder.AddProject<Replica.Project>("api").WithArgs(Replica.Verb).WithHttpEndpoint().WithHttpHealthCheck("/").WithReplicas(2)
                .WithUrlForEndpoint("http", u => (u.Url, u.DisplayText) = ("/docs", "Docs"))
                .WithEnvironment("KEY", key);
            var client = builder.AddScript("client", Scripts.Idle).WithReference(service).WaitFor(service).WithParentRelationship(service);
            client.WithUrl("http://localhost:1/", "Elsewhere");
        });
        await dashboard.Graph.ReachesAsync("client", KnownResourceStates.Running);

        var api = await dashboard.ResourceAsync("api");
        Assert.Equal("Project", api.GetProperty("type").GetString());
        Assert.Equal("Running", api.GetProperty("state").GetString());
        Assert.Equal("Healthy", api.GetProperty("health").GetString());
        Assert.EndsWith("Replica.csproj", api.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal("api", api.GetProperty("telemetryName").GetString());
        var url = api.GetProperty("urls")[0];
        Assert.EndsWith("/docs", url.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(("http", "Docs"), (url.GetProperty("name").GetString(), url.GetProperty("text").GetString()));
        Assert.Equal(
            dashboard.Graph.Now("api").Replicas.Select(r => r.ProcessId!.Value),
            api.GetProperty("replicas").EnumerateArray().Select(r => r.GetProperty("pid").GetInt32()));
        Assert.Equal(dashboard.Graph.Now("api").StartTimeStamp!.Value.ToUnixTimeMilliseconds(), api.GetProperty("startedAt").GetInt64());

        var client = await dashboard.ResourceAsync("client");
        Assert.Equal(["api"], Texts(client.GetProperty("references")));
        Assert.Equal(["api"], Texts(client.GetProperty("waitsFor")));
        Assert.Equal("api", client.GetProperty("parent").GetString());
        Assert.Equal("sh", client.GetProperty("source").GetString());
        Assert.Equal("Elsewhere", client.GetProperty("urls")[0].GetProperty("text").GetString());

        var key = await dashboard.ResourceAsync("key");
        Assert.Equal(("Parameter", 0), (key.GetProperty("type").GetString(), key.GetProperty("commands").GetArrayLength()));
        Assert.DoesNotContain("s3cret", (await dashboard.GetAsync("/api/resources")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_begin_with_all_resources_and_go_on_with_those_that_changed()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
        {
            builder.AddScript("steady", Scripts.Idle);
            builder.AddScript("restless", Scripts.Idle);
        });
        await dashboard.Graph.ReachesAsync("steady", KnownResourceStates.Running);
        await dashboard.Graph.ReachesAsync("restless", KnownResourceStates.Running);
        using var events = await EventReader.OpenAsync(dashboard.Browser, "/api/resources/changes");
        var first = await events.NextAsync("resources");
        Assert.Equal(["steady", "restless"], Names(first));

        await dashboard.CommandAsync("restless", KnownResourceCommands.StopCommand);

        ServerEvent change;
        do
        {
            change = await events.NextAsync("resources");
        }
        while (!change.Data.GetProperty("resources").EnumerateArray().Any(r => r.GetProperty("state").GetString() == "Exited"));
        Assert.Equal(["restless"], Names(change));
    }

    [Fact]
    public async Task Usage_counts_what_a_process_started()
    {
        // The shell itself only waits; what it started computes.
        await using var dashboard = await DashboardGraph.StartAsync(builder =>
            builder.AddScript("busy", "sh -c 'while :; do :; done' & wait"));
        await dashboard.Graph.ReachesAsync("busy", KnownResourceStates.Running);
        using var events = await EventReader.OpenAsync(dashboard.Browser, "/api/resources/changes");

        var usage = (await events.NextAsync("usage")).Data.GetProperty("usage");
        var busy = Assert.Single(usage.EnumerateArray());
        Assert.Equal(("busy", 0), (busy.GetProperty("name").GetString(), busy.GetProperty("replica").GetInt32()));
        Assert.True(busy.GetProperty("memoryBytes").GetInt64() > 100_000, $"memory: {busy}");
        Assert.InRange(busy.GetProperty("cpu").GetDouble(), 0.01, 1.5);
    }

    [Fact]
    public async Task Streams_end_when_the_graph_stops()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));
        using var events = await EventReader.OpenAsync(dashboard.Browser, "/api/resources/changes");
        await events.NextAsync("resources");

        await dashboard.App.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
                await events.NextAsync("usage");
        });
    }

    private static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(e => e.GetString());

    private static IEnumerable<string?> Names(ServerEvent change)
        => change.Data.GetProperty("resources").EnumerateArray().Select(r => r.GetProperty("name").GetString());
}

using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

/// <summary>Who may connect to whom, of the policies that the chart makes, against the edges of the graph as a person draws them.</summary>
public sealed class NetworkTests(ChartFixture chart)
{
    private static readonly (string From, string To, int Port)[] Graph =
    [
        ("api", "cache", 6379), ("api", "messaging", 5672), ("api", "messaging", 15692), ("api", "postgres", 5432), ("api", "storage", 9000),
        ("gateway", "api", 8080), ("gateway", "api", 8081), ("gateway", "web", 8080),
        ("migrations", "postgres", 5432),
        ("notifier", "messaging", 5672), ("notifier", "postgres", 5432),
        ("web", "api", 8080), ("web", "api", 8081),
        ("worker", "cache", 6379), ("worker", "messaging", 5672), ("worker", "postgres", 5432), ("worker", "storage", 9000),
        // What the chart adds: its test.
        ("test", "gateway", 8080),
    ];

    [Fact]
    public async Task The_edges_of_the_graph_are_open_and_no_others()
    {
        var policies = new Policies(await chart.RenderAsync("default"));
        string[] components = [.. Graph.SelectMany(e => new[] { e.From, e.To }).Distinct()];
        int[] ports = [.. Graph.Select(e => e.Port).Distinct(), 80, 443, 4369, 15672, 25672];

        var open =
            from source in components
            from target in components
            from port in ports
            where policies.Allows(source, target, port)
            select (source, target, port);

        Assert.Equal(Graph.Order(), open.Order());
    }

    [Fact]
    public async Task Backups_reach_the_database_and_the_storage_while_they_are_on()
    {
        var on = new Policies(await chart.RenderAsync("everything"));
        var off = new Policies(await chart.RenderAsync("default"));

        Assert.All(new[] { ("postgres", 5432), ("storage", 9000) }, target => Assert.True(on.Allows("backup", target.Item1, target.Item2)));
        Assert.False(on.Allows("backup", "messaging", 5672));
        Assert.False(off.Allows("backup", "postgres", 5432));
    }

    [Fact]
    public async Task Everybody_may_come_to_the_entry_and_to_nothing_else()
    {
        var policies = new Policies(await chart.RenderAsync("default"));

        Assert.Equal(["gateway:8080", "gateway:8081"], policies.OpenToEverybody().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Named_clients_alone_come_to_the_entry()
    {
        var manifests = await chart.RenderAsync("production");

        Assert.Empty(new Policies(manifests).OpenToEverybody());
        Assert.Contains("envoy-gateway-system", manifests.Get("NetworkPolicy", "asyncstack-gateway")["spec"]!["ingress"].AllTexts());
    }

    [Fact]
    public async Task The_notifier_alone_calls_public_addresses_and_no_private_ones()
    {
        var manifests = await chart.RenderAsync("default");

        var callers = manifests.Of("NetworkPolicy").Where(p => p["spec"].List("egress").Any(r => r.List("to").Any(t => t.ContainsKey("ipBlock"))));
        var policy = Assert.Single(callers);
        Assert.Equal("asyncstack-notifier", policy.Name());
        var blocks = policy["spec"].List("egress").SelectMany(r => r.List("to")).Where(t => t.ContainsKey("ipBlock")).ToList();
        Assert.Equal(["0.0.0.0/0", "::/0"], blocks.Select(b => b.Text("ipBlock", "cidr")));
        Assert.Equal(["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"], blocks[0]["ipBlock"]!["except"].AllTexts());
    }

    [Fact]
    public async Task External_servers_are_reached_on_their_ports_only()
    {
        var egress = (await chart.RenderAsync("production")).Get("NetworkPolicy", "asyncstack-worker")["spec"].List("egress").ToList();

        Assert.Equal(["4317", "443", "5432", "5671", "6380"], egress.SelectMany(r => r.List("ports")).Select(p => p.Text("port")).Order(StringComparer.Ordinal));
        Assert.Contains(egress, r => r["to"].AllTexts().Contains("10.1.0.0/24") && r.List("ports").Single().Text("port") == "5432");
    }

    [Fact]
    public async Task Keda_and_prometheus_come_in_only_where_they_are_on()
    {
        Assert.DoesNotContain("keda", (await chart.RenderAsync("default")).Of("NetworkPolicy").SelectMany(p => p.AllTexts()));
        var messaging = (await chart.RenderAsync("everything")).Get("NetworkPolicy", "asyncstack-messaging")["spec"].List("ingress").ToList();
        Assert.Contains(messaging, r => r["from"].AllTexts().Contains("keda") && r["ports"].AllTexts().Contains("5672"));
        Assert.Contains(messaging, r => r["from"].AllTexts().Contains("monitoring") && r["ports"].AllTexts().Contains("15692"));
    }

    /// <summary>NetworkPolicies, evaluated as their definition says.</summary>
    private sealed class Policies(Manifests manifests)
    {
        private readonly List<System.Text.Json.Nodes.JsonObject> _policies = [.. manifests.Of("NetworkPolicy")];

        public bool Allows(string from, string to, int port) => Allows(from, to, port, "Egress", "to") && Allows(to, from, port, "Ingress", "from");

        public IEnumerable<string> OpenToEverybody() =>
            from policy in _policies
            from rule in policy["spec"].List("ingress")
            where !rule.ContainsKey("from")
            from port in rule.List("ports")
            select $"{policy.At("spec", "podSelector", "matchLabels").Texts()["app.kubernetes.io/component"]}:{port["port"]}";

        private bool Allows(string pod, string peer, int port, string direction, string peers)
        {
            var selecting = _policies.Where(p => Selects(p["spec"]!["podSelector"], pod) && p["spec"]!["policyTypes"].AllTexts().Contains(direction)).ToList();
            return selecting.Count == 0 || selecting.SelectMany(p => p["spec"].List(direction.ToLowerInvariant())).Any(rule =>
                (!rule.ContainsKey(peers) || rule.List(peers).Any(p => p.ContainsKey("podSelector") && !p.ContainsKey("namespaceSelector") && Selects(p["podSelector"], peer)))
                && (!rule.ContainsKey("ports") || rule.List("ports").Any(p => p.Text("port") == $"{port}" && p.Text("protocol") == "TCP")));
        }

        private static bool Selects(System.Text.Json.Nodes.JsonNode? selector, string component) => selector.At("matchLabels").Texts().Matches(new(StringComparer.Ordinal)
        {
            ["app.kubernetes.io/name"] = "asyncstack",
            ["app.kubernetes.io/instance"] = "asyncstack",
            ["app.kubernetes.io/component"] = component,
            ["track"] = "stable",
        });
    }
}

using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Network;

/// <summary>Nobody connects to anybody, but for the edges of the graph, on their ports.</summary>
internal sealed class NetworkPolicies(ChartContext chart, NetworkPolicyValues values, PublishedServers servers, TelemetryValues telemetry)
{
    private readonly List<(Edge Edge, Condition? When)> _edges = [];
    private readonly List<Endpoint> _entries = [];
    private readonly List<Endpoint> _scraped = [];
    private readonly HashSet<string> _callers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pushing = new(StringComparer.Ordinal);
    private readonly List<(string Server, Condition When)> _scalers = [];

    private sealed record Endpoint(string Component, int[] Ports, Condition? When = null);

    /// <summary>Opens edges, always or on a condition.</summary>
    public void Add(IEnumerable<Edge> edges, Condition? when = null) => _edges.AddRange(edges.Select(e => (e, when)));

    /// <summary>Anybody may connect, unless the values name who.</summary>
    public void Open(string component, IEnumerable<int> ports) => _entries.Add(new Endpoint(component, [.. ports]));

    /// <summary>Prometheus may read metrics.</summary>
    public void Scrape(string component, int port, Condition when) => _scraped.Add(new Endpoint(component, [port], when));

    /// <summary>The component may call public addresses.</summary>
    public void ReachInternet(string component) => _callers.Add(component);

    /// <summary>The component pushes telemetry.</summary>
    public void PushTelemetry(string component) => _pushing.Add(component);

    /// <summary>KEDA asks this server.</summary>
    public void Scale(string server, Condition when) => _scalers.Add((server, when));

    public IEnumerable<ChartDocument> Documents()
    {
        yield return Document(DenyAll());
        yield return Document(Names());
        foreach (var component in Components())
            yield return Document(Policy(component), ConditionOf(component));
    }

    // A policy is there when the pods are that it is for.
    private Condition? ConditionOf(string component)
    {
        if (servers.All.FirstOrDefault(s => s.Name == component) is { } server)
            return server.IsEmbedded;
        if (component == TelemetryValues.CollectorName)
            return telemetry.Collector.IsSet;
        var own = _edges.Where(e => e.Edge.From == component).Select(e => e.When).ToList();
        return own.Count > 0 && own.TrueForAll(w => w is not null) ? own[0] : null;
    }

    private ChartDocument Document(NetworkPolicy policy, Condition? condition = null) =>
        new("templates/networkpolicies.yaml", policy, condition is null ? values.Enabled.IsSet : values.Enabled.IsSet & condition);

    private IEnumerable<string> Components() => _edges.SelectMany(e => new[] { e.Edge.From, e.Edge.To })
        .Concat(_entries.Select(e => e.Component)).Concat(_scraped.Select(s => s.Component)).Concat(_callers).Concat(_pushing)
        .Concat(_pushing.Count > 0 ? [TelemetryValues.CollectorName] : [])
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private NetworkPolicy DenyAll() => new()
    {
        Metadata = chart.Release.Meta("network", "default-deny"),
        Spec = new NetworkPolicySpec { PodSelector = new LabelSelector { MatchLabels = chart.Release.Selector() }, PolicyTypes = ["Ingress", "Egress"] },
    };

    private NetworkPolicy Names() => new()
    {
        Metadata = chart.Release.Meta("network", "dns"),
        Spec = new NetworkPolicySpec
        {
            PodSelector = new LabelSelector { MatchLabels = chart.Release.Selector() },
            PolicyTypes = ["Egress"],
            Egress = new Field<NetworkPolicyRule>[] { new NetworkPolicyRule { To = values.Dns, Ports = [new NetworkPolicyPort(53) { Protocol = "UDP" }, new NetworkPolicyPort(53)] } },
        },
    };

    private NetworkPolicy Policy(string component)
    {
        Field<NetworkPolicyRule>[] ingress = [.. Ingress(component)];
        Field<NetworkPolicyRule>[] egress = [.. Egress(component)];
        return new NetworkPolicy
        {
            Metadata = chart.Release.Meta(component),
            Spec = new NetworkPolicySpec
            {
                PodSelector = new LabelSelector { MatchLabels = chart.Release.Selector(component) },
                PolicyTypes = [.. ingress.Length > 0 ? ["Ingress"] : Array.Empty<string>(), .. egress.Length > 0 ? ["Egress"] : Array.Empty<string>()],
                Ingress = Rules(ingress),
                Egress = Rules(egress),
            },
        };
    }

    // Rules that are all conditional leave no list behind when none is there.
    private static Field<Field<NetworkPolicyRule>[]>? Rules(Field<NetworkPolicyRule>[] rules)
    {
        if (rules.Length == 0)
            return null;
        var conditions = rules.Select(r => r.Condition).OfType<Condition>().ToList();
        return conditions.Count < rules.Length ? rules : ((Field<Field<NetworkPolicyRule>[]>)rules).When(conditions.Aggregate((left, right) => left | right));
    }

    private IEnumerable<Field<NetworkPolicyRule>> Ingress(string component)
    {
        foreach (var clients in _edges.Where(e => e.Edge.To == component).GroupBy(e => (e.Edge.From, e.When)).OrderBy(g => g.Key.From, StringComparer.Ordinal))
            yield return Field.When(clients.Key.When, new NetworkPolicyRule { From = Pods(clients.Key.From), Ports = Ports(clients.Select(e => e.Edge.Port)) });
        foreach (var entry in _entries.Where(e => e.Component == component))
        {
            // Without clients everybody may come; the list of peers is left out whole then.
            yield return new NetworkPolicyRule { From = values.Clients, Ports = Ports(entry.Ports) };
        }

        foreach (var (server, when) in _scalers.Where(s => s.Server == component))
            yield return Field.When(when & values.Keda.IsSet, new NetworkPolicyRule { From = Namespace(values.Keda), Ports = Ports([servers.All.First(s => s.Name == server).Port]) });
        foreach (var scraped in _scraped.Where(s => s.Component == component))
            yield return Field.When(scraped.When! & values.Monitoring.IsSet, new NetworkPolicyRule { From = Namespace(values.Monitoring), Ports = Ports(scraped.Ports) });
        if (component == TelemetryValues.CollectorName)
        {
            foreach (var pushing in _pushing.Order(StringComparer.Ordinal))
                yield return new NetworkPolicyRule { From = Pods(pushing), Ports = Ports([4317]) };
        }
    }

    private IEnumerable<Field<NetworkPolicyRule>> Egress(string component)
    {
        foreach (var target in _edges.Select(e => e.Edge).Where(e => e.From == component).GroupBy(e => e.To, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var server = servers.All.FirstOrDefault(s => s.Name == target.Key);
            if (server is null)
                yield return new NetworkPolicyRule { To = Pods(target.Key), Ports = Ports(target.Select(e => e.Port)) };
            else
                foreach (var rule in ToServer(server, target))
                    yield return rule;
        }

        if (_callers.Contains(component))
        {
            yield return new NetworkPolicyRule { To = new[] { new NetworkPolicyPeer { IpBlock = new IpBlock("0.0.0.0/0") { Except = values.Private } }, new NetworkPolicyPeer { IpBlock = new IpBlock("::/0") { Except = values.PrivateV6 } } } };
            yield return Field<NetworkPolicyRule>.Insert(values.CallbackRules);
        }

        if (_pushing.Contains(component))
        {
            yield return Field.When(telemetry.Collector.IsSet, new NetworkPolicyRule { To = Pods(TelemetryValues.CollectorName), Ports = Ports([4317]) });
            yield return Field.When(!telemetry.Collector.IsSet & telemetry.Endpoint.IsSet, Backend());
        }

        if (component == TelemetryValues.CollectorName)
            yield return Field.When(telemetry.Endpoint.IsSet, Backend());
    }

    private IEnumerable<Field<NetworkPolicyRule>> ToServer(PublishedServer server, IEnumerable<Edge> edges)
    {
        var ports = Ports(edges.Select(e => e.Port));
        yield return Field.When(server.IsEmbedded, new NetworkPolicyRule { To = Pods(server.Name), Ports = ports });
        yield return Field.When(server.IsOperated, server switch
        {
            StorageServer storage => new NetworkPolicyRule { To = Namespace(storage.OperatorNamespace) },
            _ => new NetworkPolicyRule { To = new[] { new NetworkPolicyPeer { PodSelector = new LabelSelector { MatchLabels = server.OperatorPods } } }, Ports = ports },
        });
        // The name of an external server says nothing about where it is; values.networks narrows it.
        yield return Field.When(server.IsExternal, new NetworkPolicyRule { To = server.ExternalNetworks, Ports = [new NetworkPolicyPort(server.ExternalPort)] });
    }

    private NetworkPolicyRule Backend() => new()
    {
        Ports = [new NetworkPolicyPort(Text.Action($"(urlParse {telemetry.Endpoint.Code}).host | splitList \":\" | rest | first | default (eq (urlParse {telemetry.Endpoint.Code}).scheme \"https\" | ternary 443 80)", "4317"))],
    };

    private NetworkPolicyPeer[] Pods(string component) => [new NetworkPolicyPeer { PodSelector = new LabelSelector { MatchLabels = chart.Release.Selector(component) } }];

    private static NetworkPolicyPeer[] Namespace(Setting<string> name) =>
        [new NetworkPolicyPeer { NamespaceSelector = new LabelSelector { MatchLabels = new Labels { ["kubernetes.io/metadata.name"] = name } } }];

    private static Field<NetworkPolicyPort>[] Ports(IEnumerable<int> ports) => [.. ports.Distinct().Order().Select(p => (Field<NetworkPolicyPort>)new NetworkPolicyPort(p))];
}

using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Network;

/// <summary>Values of what pods may connect to.</summary>
internal sealed class NetworkPolicyValues
{
    public NetworkPolicyValues(ValuesSection root)
    {
        var values = root.Section("networkPolicy", "Who may connect to whom: the graph's edges and nothing else.");
        Enabled = values.Flag("enabled", true, "Whether the policies are made; the cluster's network has to enforce them.");
        Clients = values.Block<object[]>("clients", [], "Who may connect to the entry: peers such as {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: envoy-gateway-system}}}; empty for anybody.", Schema.KubernetesObjects);
        Monitoring = values.Text("monitoringNamespace", "monitoring", "Namespace whose pods may read metrics; empty for none.");
        Keda = values.Text("kedaNamespace", "keda", "Namespace of KEDA, which may ask the broker while a service scales by it; empty for none.");
        Dns = values.Block<object[]>("dns", [new DnsPeer()], "Where names are resolved.", Schema.KubernetesObjects);
        Private = values.Block<string[]>("privateNetworks",
            ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
            "IPv4 networks that callbacks never reach.", Schema.Texts);
        PrivateV6 = values.Block<string[]>("privateNetworksV6", ["fc00::/7", "fe80::/10"], "IPv6 networks that callbacks never reach.", Schema.Texts);
        CallbackRules = values.Block<object[]>("callbackRules", [], "Egress rules for inner addresses that callbacks may reach all the same, [{to: [{ipBlock: {cidr: 10.2.0.0/16}}]}];\nthe notifier's env has to name the networks, too (Notifier__AllowedNetworks__0).", Schema.KubernetesObjects);
    }

    public Setting<bool> Enabled { get; }

    public Setting<object[]> Clients { get; }

    public Setting<string> Monitoring { get; }

    public Setting<string> Keda { get; }

    public Setting<object[]> Dns { get; }

    public Setting<string[]> Private { get; }

    public Setting<string[]> PrivateV6 { get; }

    public Setting<object[]> CallbackRules { get; }
}

internal sealed record DnsPeer
{
    public object NamespaceSelector { get; } = new { matchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = "kube-system" } };

    public object PodSelector { get; } = new { matchLabels = new Dictionary<string, string> { ["k8s-app"] = "kube-dns" } };
}

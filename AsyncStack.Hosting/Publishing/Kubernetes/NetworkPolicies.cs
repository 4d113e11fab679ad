using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

internal sealed record NetworkPolicy() : KubernetesObject("networking.k8s.io/v1", "NetworkPolicy")
{
    public required NetworkPolicySpec Spec { get; init; }
}

internal sealed record NetworkPolicySpec
{
    public required LabelSelector PodSelector { get; init; }

    public required string[] PolicyTypes { get; init; }

    public Field<Field<NetworkPolicyRule>[]>? Ingress { get; init; }

    public Field<Field<NetworkPolicyRule>[]>? Egress { get; init; }
}

/// <summary>Whom traffic may come from or go to, and on which ports; without peers anybody.</summary>
internal sealed record NetworkPolicyRule
{
    public Field<NetworkPolicyPort>[]? Ports { get; init; }

    public object? From { get; init; }

    public object? To { get; init; }
}

internal sealed record NetworkPolicyPeer
{
    public LabelSelector? PodSelector { get; init; }

    public LabelSelector? NamespaceSelector { get; init; }

    public IpBlock? IpBlock { get; init; }
}

internal sealed record IpBlock(string Cidr)
{
    public object? Except { get; init; }
}

internal sealed record NetworkPolicyPort(Field<int> Port)
{
    public string Protocol { get; init; } = "TCP";
}

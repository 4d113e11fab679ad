using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Traffic;

/// <summary>Values of how callers from outside come in.</summary>
internal sealed class TrafficValues
{
    private const string Name = "^([a-z0-9*]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)?$";

    public TrafficValues(ValuesSection root)
    {
        var values = root.Section("traffic", "How callers from outside come in. All of it is off by default: kubectl port-forward shows the entry.");
        Host = values.Text("host", "", "Name by which they call, asyncstack.example.com for one; empty for any.", Name);
        GrpcHost = values.Text("grpcHost", "", "Name by which they call gRPC, which needs one of its own; empty for none.", Name);
        var gateway = values.Section("gatewayApi", "Gateway API (v1), the first choice.");
        GatewayApi = gateway.Flag("enabled", false, "Whether the routes are made.");
        GatewayName = gateway.Text("gatewayName", "", "A Gateway that is there; empty to make one.");
        GatewayNamespace = gateway.Text("gatewayNamespace", "", "Namespace of that Gateway; empty for the release's.");
        GatewayClass = gateway.Text("className", "", "GatewayClass of the Gateway that is made.");
        var ingress = values.Section("ingress", "Ingress, for clusters without Gateway API. Its controller has to leave streams open and requests unbuffered.");
        Ingress = ingress.Flag("enabled", false, "Whether it is made.");
        IngressClass = ingress.Text("className", "", "Its IngressClass; empty for the cluster's default.");
        IngressAnnotations = ingress.Block<Dictionary<string, string>>("annotations", [], "Annotations for its controller.", Schema.TextByKey);
        var tls = values.Section("tls", "TLS, ended at the Gateway or the Ingress. A Gateway of the chart sends HTTP on to HTTPS then.");
        Tls = tls.Flag("enabled", false, "Whether it is on.");
        TlsSecret = tls.Text("secretName", "asyncstack-tls", "Secret with the certificate.");
        IssuerName = tls.Text("issuerName", "", "Issuer of cert-manager that fills the Secret; empty where somebody else does.");
        IssuerKind = tls.Choice("issuerKind", "ClusterIssuer", "Its kind.", "ClusterIssuer", "Issuer");
    }

    public Setting<string> Host { get; }

    public Setting<string> GrpcHost { get; }

    public Setting<bool> GatewayApi { get; }

    public Setting<string> GatewayName { get; }

    public Setting<string> GatewayNamespace { get; }

    public Setting<string> GatewayClass { get; }

    public Setting<bool> Ingress { get; }

    public Setting<string> IngressClass { get; }

    public Setting<Dictionary<string, string>> IngressAnnotations { get; }

    public Setting<bool> Tls { get; }

    public Setting<string> TlsSecret { get; }

    public Setting<string> IssuerName { get; }

    public Setting<string> IssuerKind { get; }
}

using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

/// <summary>Gateway API. https://gateway-api.sigs.k8s.io</summary>
internal sealed record Gateway() : KubernetesObject("gateway.networking.k8s.io/v1", "Gateway")
{
    public required GatewaySpec Spec { get; init; }
}

internal sealed record GatewaySpec(Field<string> GatewayClassName, Field<Listener>[] Listeners);

internal sealed record Listener(string Name, string Protocol, int Port)
{
    public ListenerTls? Tls { get; init; }
}

internal sealed record ListenerTls(NamedReference[] CertificateRefs)
{
    public string Mode { get; init; } = "Terminate";
}

internal sealed record HttpRoute() : KubernetesObject("gateway.networking.k8s.io/v1", "HTTPRoute")
{
    public required RouteSpec<HttpRouteRule> Spec { get; init; }
}

internal sealed record GrpcRoute() : KubernetesObject("gateway.networking.k8s.io/v1", "GRPCRoute")
{
    public required RouteSpec<GrpcRouteRule> Spec { get; init; }
}

internal sealed record RouteSpec<TRule>(Field<ParentReference>[] ParentRefs)
{
    public Field<Field<string>[]>? Hostnames { get; init; }

    public required Field<TRule>[] Rules { get; init; }
}

internal sealed record ParentReference(Field<string> Name)
{
    public Field<string>? Namespace { get; init; }

    public Field<string>? SectionName { get; init; }
}

internal sealed record HttpRouteRule
{
    public HttpRouteMatch[]? Matches { get; init; }

    public HttpRouteFilter[]? Filters { get; init; }

    public Field<BackendReference>[]? BackendRefs { get; init; }
}

internal sealed record HttpRouteMatch
{
    public HeaderMatch[]? Headers { get; init; }
}

internal sealed record GrpcRouteRule
{
    public GrpcRouteMatch[]? Matches { get; init; }

    public required Field<BackendReference>[] BackendRefs { get; init; }
}

internal sealed record GrpcRouteMatch
{
    public HeaderMatch[]? Headers { get; init; }
}

internal sealed record HeaderMatch(string Name, string Value);

internal sealed record HttpRouteFilter(string Type)
{
    public RequestRedirect? RequestRedirect { get; init; }
}

internal sealed record RequestRedirect(string Scheme, int StatusCode);

internal sealed record BackendReference(Field<string> Name, int Port)
{
    public Field<int>? Weight { get; init; }
}

internal sealed record Ingress() : KubernetesObject("networking.k8s.io/v1", "Ingress")
{
    public required IngressSpec Spec { get; init; }
}

internal sealed record IngressSpec
{
    public required IngressRule[] Rules { get; init; }

    public Field<string>? IngressClassName { get; init; }

    public Field<IngressTls[]>? Tls { get; init; }
}

internal sealed record IngressTls(Field<string> SecretName, Field<string>[] Hosts);

internal sealed record IngressRule(IngressHttp Http)
{
    public Field<string>? Host { get; init; }
}

internal sealed record IngressHttp(IngressPath[] Paths);

internal sealed record IngressPath(string Path, string PathType, IngressBackend Backend);

internal sealed record IngressBackend(IngressServiceBackend Service);

internal sealed record IngressServiceBackend(Field<string> Name, IngressServicePort Port);

internal sealed record IngressServicePort(string Name);

/// <summary>cert-manager. https://cert-manager.io/docs</summary>
internal sealed record Certificate() : KubernetesObject("cert-manager.io/v1", "Certificate")
{
    public required CertificateSpec Spec { get; init; }
}

internal sealed record CertificateSpec(Field<string> SecretName, Field<string>[] DnsNames, IssuerReference IssuerRef);

internal sealed record IssuerReference(Field<string> Name, Field<string> Kind)
{
    public string Group { get; init; } = "cert-manager.io";
}

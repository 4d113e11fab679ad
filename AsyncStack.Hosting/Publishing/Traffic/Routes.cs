using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;
using static AsyncStack.Hosting.Publishing.Templates.Field;

namespace AsyncStack.Hosting.Publishing.Traffic;

/// <summary>The ways from outside to the graph's entry: Gateway API, or an Ingress.</summary>
internal sealed class Routes(ChartContext chart, TrafficValues values, CanaryValues canary, PublishedService entry)
{
    private const string Folder = "templates/traffic";

    private PublishedPort Http => entry.Ports.First(p => p.IsHttp && !p.IsHttp2);

    private PublishedPort? Grpc => entry.Ports.FirstOrDefault(p => p.IsHttp2);

    private Condition OwnGateway => !values.GatewayName.IsSet;

    public IEnumerable<ChartDocument> Documents()
    {
        yield return new($"{Folder}/gateway.yaml", Gateway(), values.GatewayApi.IsSet & OwnGateway);
        yield return new($"{Folder}/httproute.yaml", HttpRoute(), values.GatewayApi.IsSet);
        // On a Gateway of somebody else the names of listeners are not known, so neither is where plain HTTP comes in.
        yield return new($"{Folder}/httproute.yaml", RedirectRoute(), values.GatewayApi.IsSet & values.Tls.IsSet & OwnGateway);
        if (Grpc is { } grpc)
            yield return new($"{Folder}/grpcroute.yaml", GrpcRoute(grpc), values.GatewayApi.IsSet & values.GrpcHost.IsSet);
        yield return new($"{Folder}/ingress.yaml", Ingress(), values.Ingress.IsSet);
        yield return new($"{Folder}/certificate.yaml", Certificate(), values.Tls.IsSet & values.IssuerName.IsSet);
    }

    private Gateway Gateway() => new()
    {
        Metadata = chart.Release.Meta("traffic", entry.Name),
        Spec = new GatewaySpec(Required(values.GatewayClass, "a Gateway"),
        [
            new Listener("http", "HTTP", 80),
            When(values.Tls.IsSet, new Listener("https", "HTTPS", 443) { Tls = new ListenerTls([new NamedReference(values.TlsSecret)]) }),
        ]),
    };

    private HttpRoute HttpRoute() => new()
    {
        Metadata = chart.Release.Meta("traffic", entry.Name),
        Spec = new RouteSpec<HttpRouteRule>([Parent(Text.Choose(values.Tls.IsSet, "https", "http"))])
        {
            Hostnames = Hostnames(values.Host),
            Rules =
            [
                When(canary.Enabled.IsSet, new HttpRouteRule { Matches = [new HttpRouteMatch { Headers = [new HeaderMatch("x-canary", "always")] }], BackendRefs = [Backend(Tracks.Canary, Http)] }),
                new HttpRouteRule { BackendRefs = Backends(Http) },
            ],
        },
    };

    private HttpRoute RedirectRoute() => new()
    {
        Metadata = chart.Release.Meta("traffic", $"{entry.Name}-redirect"),
        Spec = new RouteSpec<HttpRouteRule>([Parent("http")])
        {
            Hostnames = Hostnames(values.Host),
            Rules = [new HttpRouteRule { Filters = [new HttpRouteFilter("RequestRedirect") { RequestRedirect = new RequestRedirect("https", 301) }] }],
        },
    };

    private GrpcRoute GrpcRoute(PublishedPort port) => new()
    {
        Metadata = chart.Release.Meta("traffic", entry.Name),
        Spec = new RouteSpec<GrpcRouteRule>([Parent(Text.Choose(values.Tls.IsSet, "https", "http"))])
        {
            Hostnames = Hostnames(values.GrpcHost),
            Rules =
            [
                When(canary.Enabled.IsSet, new GrpcRouteRule { Matches = [new GrpcRouteMatch { Headers = [new HeaderMatch("x-canary", "always")] }], BackendRefs = [Backend(Tracks.Canary, port)] }),
                new GrpcRouteRule { BackendRefs = Backends(port) },
            ],
        },
    };

    private Ingress Ingress() => new()
    {
        Metadata = chart.Release.Meta("traffic", entry.Name, new Labels { More = values.IngressAnnotations }),
        Spec = new IngressSpec
        {
            Rules = [new IngressRule(new IngressHttp([new IngressPath("/", "Prefix", new IngressBackend(new IngressServiceBackend(IngressTarget(), new IngressServicePort(Http.Name))))])) { Host = IfSet(values.Host) }],
            IngressClassName = IfSet(values.IngressClass),
            Tls = When(values.Tls.IsSet, new[] { new IngressTls(values.TlsSecret, [Required(values.Host, "TLS")]) }),
        },
    };

    private Certificate Certificate() => new()
    {
        Metadata = chart.Release.Meta("traffic", entry.Name),
        Spec = new CertificateSpec(values.TlsSecret, [Required(values.Host, "a certificate"), IfSet(values.GrpcHost)], new IssuerReference(values.IssuerName, values.IssuerKind)),
    };

    private Text IngressTarget() => Text.Choose(
        canary.Enabled.IsSet & canary.Weight.Is(100), chart.Release.NameOf(Tracks.NameOf(entry.Name, Tracks.Canary)), chart.Release.NameOf(entry.Name));

    private ParentReference Parent(Text section) => new(Text.Choose(OwnGateway, chart.Release.NameOf(entry.Name), values.GatewayName.AsText()))
    {
        Namespace = IfSet(values.GatewayNamespace),
        // A Gateway that is there names its listeners as it likes.
        SectionName = ((Field<string>)section).When(OwnGateway),
    };

    private Field<BackendReference>[] Backends(PublishedPort port) =>
    [
        new BackendReference(chart.Release.NameOf(entry.Name), port.Number)
        {
            Weight = Text.Choose(canary.Enabled.IsSet, Text.Action($"sub 100 {canary.Weight.Code}", "100"), "100"),
        },
        When(canary.Enabled.IsSet, Backend(Tracks.Canary, port) with { Weight = canary.Weight }),
    ];

    private BackendReference Backend(string track, PublishedPort port) => new(chart.Release.NameOf(Tracks.NameOf(entry.Name, track)), port.Number);

    private static Field<Field<string>[]> Hostnames(Setting<string> host) => When(host.IsSet, new Field<string>[] { host });

    private static Text Required(Setting<string> setting, string purpose) => Text.Action($"required \"{setting.Path} is needed for {purpose}\" {setting.Code}", setting.ByDefault);
}

using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Scaling;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>A service as a Deployment, with all that belongs to it.</summary>
internal sealed class ServiceWorkload(ChartContext chart, PublishedService service, ServiceValues values, ServicePod pod, PublishedServers servers)
{
    private readonly EntryValues? _entry = service.IsEntry ? new EntryValues(values.Section) : null;

    /// <summary>Also runs as a canary, with these values.</summary>
    public CanaryValues? Canary { get; init; }

    public string Name => service.Name;

    public IEnumerable<ChartDocument> Documents()
    {
        var folder = $"templates/{Name}";
        if (service.Files.Count > 0)
            yield return new($"{folder}/files.yaml", Files());
        yield return new($"{folder}/deployment.yaml", Deployment());
        if (service.Ports.Count > 0)
            yield return new($"{folder}/service.yaml", Service(Tracks.Stable));
        yield return new($"{folder}/poddisruptionbudget.yaml", Budget());
        foreach (var document in new Autoscaler(chart, Name, values.Autoscaling, servers).Documents())
            yield return document;
        if (Canary is null)
            yield break;
        yield return new($"{folder}/canary.yaml", CanaryDeployment(Canary), Canary.Enabled.IsSet);
        yield return new($"{folder}/canary.yaml", Service(Tracks.Canary), Canary.Enabled.IsSet);
    }

    private ConfigMap Files()
    {
        var data = new Labels();
        foreach (var (_, file) in service.Files)
            data[Path.GetFileName(file.Name)] = file;
        return new ConfigMap { Metadata = chart.Release.Meta(Name, $"{Name}-files"), Data = data };
    }

    private Deployment Deployment() => new()
    {
        Metadata = chart.Release.Meta(Name),
        Spec = new DeploymentSpec
        {
            // Whoever scales the Deployment owns the number.
            Replicas = ((Field<int>)values.Replicas).When(values.Autoscaling.IsOff),
            Selector = new LabelSelector { MatchLabels = chart.Release.Selector(Name, Tracks.Stable) },
            Template = pod.Template(Tracks.Stable),
        },
    };

    private Deployment CanaryDeployment(CanaryValues canary) => new()
    {
        Metadata = chart.Release.Meta(Name, Tracks.NameOf(Name, Tracks.Canary)),
        Spec = new DeploymentSpec
        {
            Replicas = canary.Replicas,
            Selector = new LabelSelector { MatchLabels = chart.Release.Selector(Name, Tracks.Canary) },
            Template = pod.Template(Tracks.Canary, canary.Tag),
        },
    };

    private Service Service(string track) => new()
    {
        Metadata = chart.Release.Meta(Name, Tracks.NameOf(Name, track)),
        Spec = new ServiceSpec
        {
            Type = _entry is not null && track == Tracks.Stable ? _entry.ServiceType : "ClusterIP",
            Selector = chart.Release.Selector(Name, track),
            Ports = [.. service.Ports.Select(p => Port(p, track))],
        },
    };

    private ServicePort Port(Graph.PublishedPort port, string track) => new()
    {
        Name = port.Name,
        Port = port.Number,
        TargetPort = port.Name,
        NodePort = _entry is not null && track == Tracks.Stable && ReferenceEquals(port, service.Ports[0]) ? (Field<int>?)Field.IfSet(_entry.NodePort) : null,
        // Gateways take the protocol of gRPC's clear HTTP/2 from here.
        AppProtocol = port switch { { IsHttp2: true } => "kubernetes.io/h2c", { IsHttp: true } => "http", _ => null },
    };

    private PodDisruptionBudget Budget() => new()
    {
        Metadata = chart.Release.Meta(Name),
        Spec = new PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = new LabelSelector { MatchLabels = chart.Release.Selector(Name, Tracks.Stable) } },
    };
}

/// <summary>Values of how the graph's entry is reached without Gateway API or Ingress.</summary>
internal sealed class EntryValues(ValuesSection service)
{
    public Setting<string> ServiceType { get; } = service.Choice(
        "serviceType", "ClusterIP", "How it is reached from outside, without Gateway API or Ingress.", "ClusterIP", "NodePort", "LoadBalancer");

    public Setting<int> NodePort { get; } = service.Number("nodePort", 0, "Port of the nodes, for NodePort and LoadBalancer; 0 for any.", 0, 65535);
}

using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>One server as a StatefulSet with a volume of its own, a headless Service that names its pod, and a Service for clients.</summary>
internal sealed record EmbeddedServer(ChartContext Chart, string Name, EmbeddedValues Values)
{
    public required Container Container { get; init; }

    public required IReadOnlyList<(string Name, int Number)> Ports { get; init; }

    public required IReadOnlyList<PublishedSecret> Secrets { get; init; }

    /// <summary>Folder that the volume is mounted at.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Folders that the server writes to and may lose.</summary>
    public IReadOnlyList<(string Name, EmptyDirVolume Volume, string Path)> Scratch { get; init; } = [];

    public IReadOnlyList<(Volume Volume, VolumeMount Mount)> Files { get; init; } = [];

    /// <summary>Changes when the server's files do, so that it starts anew with them.</summary>
    public Text? Checksum { get; init; }

    public int GracePeriod { get; init; } = 120;

    public StatefulSet StatefulSet() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new StatefulSetSpec
        {
            ServiceName = Chart.Release.NameOf($"{Name}-headless"),
            Selector = new LabelSelector { MatchLabels = Chart.Release.Selector(Name) },
            Template = new PodTemplate { Metadata = PodMeta(), Spec = Pod() },
            VolumeClaimTemplates = [Claim()],
        },
    };

    public Service Headless() => new()
    {
        Metadata = Chart.Release.Meta(Name, $"{Name}-headless"),
        Spec = new ServiceSpec { ClusterIP = "None", PublishNotReadyAddresses = true, Selector = Chart.Release.Selector(Name), Ports = ServicePorts() },
    };

    public Service ClientService() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new ServiceSpec { Type = "ClusterIP", Selector = Chart.Release.Selector(Name), Ports = ServicePorts() },
    };

    public PodDisruptionBudget Budget() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = new LabelSelector { MatchLabels = Chart.Release.Selector(Name) } },
    };

    // Only labels that never change: a new version of the chart must not restart a database for its name.
    private ObjectMeta PodMeta()
    {
        var annotations = new Labels { More = Chart.Pods.Annotations };
        if (Checksum is not null)
            annotations["checksum/config"] = Checksum;
        var labels = new Labels { More = Chart.Pods.Labels };
        foreach (var (key, value) in Chart.Release.Selector(Name))
            labels[key] = value;
        return new ObjectMeta { Labels = labels, Annotations = Checksum is null ? null : annotations };
    }

    private PodSpec Pod() => new()
    {
        ServiceAccountName = Chart.Release.FullName,
        PriorityClassName = Field.IfSet(Values.PriorityClass),
        TerminationGracePeriodSeconds = GracePeriod,
        SecurityContext = new PodSecurityContext
        {
            RunAsUser = Values.User,
            RunAsGroup = Values.User,
            FsGroup = Values.User,
            // Else every start would change the mode of every file, which takes long and which keys do not bear.
            FsGroupChangePolicy = "OnRootMismatch",
        },
        ImagePullSecrets = Chart.Images.PullSecrets,
        Containers = [Container with
        {
            Image = Values.Image,
            ImagePullPolicy = Chart.Images.PullPolicy,
            Resources = Values.Resources,
            Ports = [.. Ports.Select(p => new ContainerPort(p.Name, p.Number))],
            VolumeMounts = [new VolumeMount("data", DataFolder), Chart.Credentials.Mount, .. Scratch.Select(s => (Field<VolumeMount>)new VolumeMount(s.Name, s.Path)), .. Files.Select(f => (Field<VolumeMount>)f.Mount)],
        }],
        Volumes = [.. Chart.Credentials.Volumes(Secrets), .. Scratch.Select(s => (Field<Volume>)new Volume(s.Name) { EmptyDir = s.Volume }), .. Files.Select(f => (Field<Volume>)f.Volume)],
        NodeSelector = Chart.Pods.NodeSelector,
        Tolerations = Chart.Pods.Tolerations,
        Affinity = Chart.Pods.Affinity,
    };

    private PersistentVolumeClaim Claim() => new()
    {
        Metadata = new ObjectMeta { Name = "data", Labels = Chart.Release.Selector(Name) },
        Spec = new PersistentVolumeClaimSpec
        {
            StorageClassName = Field.IfSet(Values.StorageClass),
            Resources = new VolumeResources { Requests = new StorageRequest { Storage = Values.Size } },
        },
    };

    private ServicePort[] ServicePorts() => [.. Ports.Select(p => new ServicePort { Name = p.Name, Port = p.Number, TargetPort = p.Name })];
}

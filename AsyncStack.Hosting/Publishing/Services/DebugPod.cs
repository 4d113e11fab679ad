using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Network;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>A pod to look around from, on request, which may connect to every pod of the release.</summary>
internal sealed class DebugPod
{
    public const string Name = "debug";
    private readonly ChartContext _chart;
    private readonly Setting<bool> _enabled;
    private readonly Setting<string> _image;
    private readonly Setting<ResourceRequirements> _resources;

    public DebugPod(ChartContext chart)
    {
        _chart = chart;
        var values = chart.Root.Section(Name, "A pod to look around from: kubectl exec -it deploy/…-debug -- sh");
        _enabled = values.Flag("enabled", false, "Whether it runs; it may connect to every pod of the release.");
        _image = values.Text("image", "docker.io/library/busybox:1.37", "Its image, which has to have sleep.", ValuesKey.ImagePattern);
        _resources = values.Resources(ResourceRequirements.Of("10m", "16Mi", "500m", "128Mi"));
    }

    public IEnumerable<ChartDocument> Documents(NetworkPolicyValues network)
    {
        yield return new($"templates/{Name}/deployment.yaml", Deployment(), _enabled.IsSet);
        yield return new($"templates/{Name}/networkpolicy.yaml", Policy("out", Selector, egress: All), _enabled.IsSet & network.Enabled.IsSet);
        yield return new($"templates/{Name}/networkpolicy.yaml", Policy("in", new LabelSelector { MatchLabels = _chart.Release.Selector() }, ingress: Selector), _enabled.IsSet & network.Enabled.IsSet);
    }

    private LabelSelector Selector => new() { MatchLabels = _chart.Release.Selector(Name) };

    private LabelSelector All => new() { MatchLabels = _chart.Release.Selector() };

    private NetworkPolicy Policy(string direction, LabelSelector pods, LabelSelector? ingress = null, LabelSelector? egress = null) => new()
    {
        Metadata = _chart.Release.Meta(Name, $"{Name}-{direction}"),
        Spec = new NetworkPolicySpec
        {
            PodSelector = pods,
            PolicyTypes = [ingress is null ? "Egress" : "Ingress"],
            Ingress = ingress is null ? (Field<Field<NetworkPolicyRule>[]>?)null : new Field<NetworkPolicyRule>[] { new NetworkPolicyRule { From = new[] { new NetworkPolicyPeer { PodSelector = ingress } } } },
            Egress = egress is null ? (Field<Field<NetworkPolicyRule>[]>?)null : new Field<NetworkPolicyRule>[] { new NetworkPolicyRule { To = new[] { new NetworkPolicyPeer { PodSelector = egress } } } },
        },
    };

    private Deployment Deployment() => new()
    {
        Metadata = _chart.Release.Meta(Name),
        Spec = new DeploymentSpec
        {
            Replicas = 1,
            Selector = Selector,
            Template = new PodTemplate
            {
                Metadata = new ObjectMeta { Labels = _chart.Release.Selector(Name) },
                Spec = new PodSpec
                {
                    ServiceAccountName = _chart.Release.FullName,
                    TerminationGracePeriodSeconds = 5,
                    SecurityContext = new PodSecurityContext { RunAsUser = 65534, RunAsGroup = 65534 },
                    ImagePullSecrets = _chart.Images.PullSecrets,
                    Containers = [Container()],
                    Volumes = [new Volume("tmp") { EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } }],
                    NodeSelector = _chart.Pods.NodeSelector,
                    Tolerations = _chart.Pods.Tolerations,
                    Affinity = _chart.Pods.Affinity,
                },
            },
        },
    };

    private Container Container()
    {
        var alive = new Probe { Exec = new ExecAction("true"), PeriodSeconds = 30 };
        return new Container
        {
            Name = Name,
            Image = _image,
            ImagePullPolicy = _chart.Images.PullPolicy,
            Command = ["sleep"],
            Args = ["infinity"],
            StartupProbe = alive with { PeriodSeconds = 1, FailureThreshold = 30 },
            ReadinessProbe = alive,
            LivenessProbe = alive,
            Resources = _resources,
            VolumeMounts = [new VolumeMount("tmp", "/tmp")],
        };
    }
}

using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>What all parts of a chart share.</summary>
internal sealed class ChartContext
{
    public ChartContext(KubernetesEnvironmentResource environment)
    {
        Environment = environment;
        Release = new Release(environment.HelmChartName, environment.HelmChartVersion);
        Helpers = new HelperTemplates(Release);
        Images = new ImageValues(Root, Release, Helpers);
        Credentials = new Credentials(Release, Root, Helpers);
        Pods = new PodValues(Root, Release);
    }

    public KubernetesEnvironmentResource Environment { get; }

    public Release Release { get; }

    public HelperTemplates Helpers { get; }

    public ValuesSection Root { get; } = new("", "");

    public ImageValues Images { get; }

    public Credentials Credentials { get; }

    public PodValues Pods { get; }
}

/// <summary>Where images come from.</summary>
internal sealed class ImageValues
{
    private readonly Release _release;
    private readonly HelperTemplates _helpers;

    public ImageValues(ValuesSection root, Release release, HelperTemplates helpers)
    {
        (_release, _helpers) = (release, helpers);
        var values = root.Section("images", "The services' images. Servers and the gateway name theirs whole.");
        Registry = values.Text("registry", "", "Registry and path of the services' images, registry.example.com/team for one; empty for images that lie on the nodes.");
        Tag = values.Text("tag", "", "Tag of all services; empty for the chart's appVersion.");
        PullPolicy = values.Choice("pullPolicy", "IfNotPresent", "When images are fetched.", "IfNotPresent", "Always", "Never");
        PullSecrets = values.Block<LocalObjectReference[]>("pullSecrets", [], "Secrets to fetch images with, [{name: …}].", Schema.KubernetesObjects);
    }

    public Setting<string> Registry { get; }

    public Setting<string> Tag { get; }

    public Setting<string> PullPolicy { get; }

    public Setting<LocalObjectReference[]> PullSecrets { get; }

    /// <summary>The image of a service, of one tag with all others.</summary>
    public Text Of(string service) => Named("image", service, Tag.Code);

    /// <summary>The image of a service's canary.</summary>
    public Text CanaryOf(string service, Setting<string> tag) => Named("canary-image", service, $"{tag.Code} | default {Tag.Code}");

    private Text Named(string name, string service, string tag) => _helpers.Define($"{name}.{service}", new Text(
        $"{{{{ with {Registry.Code} }}}}{{{{ . }}}}/{{{{ end }}}}{_release.Chart}/{service}:{{{{ {tag} | default .Chart.AppVersion }}}}",
        $"{_release.Chart}/{service}:{_release.AppVersion.ByDefault}"));
}

/// <summary>What every pod has.</summary>
internal sealed class PodValues
{
    private readonly Release _release;

    public PodValues(ValuesSection root, Release release)
    {
        _release = release;
        var values = root.Section("pods", "What every pod of the chart has.");
        Annotations = values.Block<Dictionary<string, string>>("annotations", [], "Annotations.", Schema.TextByKey);
        Labels = values.Block<Dictionary<string, string>>("labels", [], "Labels, azure.workload.identity/use: \"true\" for one.", Schema.TextByKey);
        NodeSelector = values.Block<Dictionary<string, string>>("nodeSelector", [], "Nodes that pods may run on.", Schema.TextByKey);
        Tolerations = values.Block<object[]>("tolerations", [], "Taints that pods tolerate.", Schema.KubernetesObjects);
        Affinity = values.Block<Dictionary<string, object>>("affinity", [], "Affinity, as in a pod's spec.", Schema.KubernetesObject);
        var account = root.Section("serviceAccount", "The account that all pods run under. None of them talks to the Kubernetes API, so no token is mounted.");
        AccountAnnotations = account.Block<Dictionary<string, string>>("annotations", [], "Annotations, for a cloud's workload identity.", Schema.TextByKey);
    }

    public Setting<Dictionary<string, string>> Annotations { get; }

    public Setting<Dictionary<string, string>> Labels { get; }

    public Setting<Dictionary<string, string>> NodeSelector { get; }

    public Setting<object[]> Tolerations { get; }

    public Setting<Dictionary<string, object>> Affinity { get; }

    public Setting<Dictionary<string, string>> AccountAnnotations { get; }

    /// <summary>Pods of one component on different machines and zones, where there are several.</summary>
    public TopologySpreadConstraint[] Spread(string component, string? track = null) =>
    [
        new("kubernetes.io/hostname", new LabelSelector { MatchLabels = _release.Selector(component, track) }),
        new("topology.kubernetes.io/zone", new LabelSelector { MatchLabels = _release.Selector(component, track) }),
    ];
}

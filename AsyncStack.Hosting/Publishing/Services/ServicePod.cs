using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>The pod of a service.</summary>
internal sealed class ServicePod(ChartContext chart, PublishedService service, ServiceValues values, MigrationsJob? migrations, TelemetryValues telemetry)
{
    // So long do endpoints and load balancers take to hear that a pod goes.
    private const int PreStopSeconds = 5;

    public PodTemplate Template(string track, Setting<string>? tag = null) => new()
    {
        Metadata = Meta(track),
        Spec = Spec(track, tag),
    };

    private ObjectMeta Meta(string track)
    {
        var labels = new Labels { More = chart.Pods.Labels };
        foreach (var (key, value) in chart.Release.LabelsOf(service.Name, track))
            labels[key] = value;
        // The chart's own version alone must not restart a pod.
        labels.Remove("helm.sh/chart");
        var annotations = new Labels { More = chart.Pods.Annotations };
        if (service.Files.Count > 0)
            annotations["checksum/config"] = Checksum();
        return new ObjectMeta { Labels = labels, Annotations = annotations };
    }

    private PodSpec Spec(string track, Setting<string>? tag) => new()
    {
        ServiceAccountName = chart.Release.FullName,
        PriorityClassName = Field.IfSet(values.PriorityClass),
        TerminationGracePeriodSeconds = values.DrainAnd(PreStopSeconds + 10),
        SecurityContext = Security(values),
        ImagePullSecrets = chart.Images.PullSecrets,
        InitContainers = service.Migrations is null || migrations is null ? null : [migrations.Wait(track)],
        Containers = [Container(track, tag)],
        Volumes = [.. Volumes()],
        TopologySpreadConstraints = chart.Pods.Spread(service.Name, track),
        NodeSelector = chart.Pods.NodeSelector,
        Tolerations = chart.Pods.Tolerations,
        Affinity = chart.Pods.Affinity,
    };

    /// <summary>The user that images of .NET run as, or the one that the image needs.</summary>
    public static PodSecurityContext Security(ServiceValues values)
    {
        Field<int> user = values.User is null ? DotnetImage.User : values.User;
        return new PodSecurityContext { RunAsUser = user, RunAsGroup = user, FsGroup = user };
    }

    private Container Container(string track, Setting<string>? tag) => new()
    {
        Name = service.Name,
        Image = values.Image is { } image ? image : tag is null ? chart.Images.Of(service.ImageName) : chart.Images.CanaryOf(service.ImageName, tag),
        ImagePullPolicy = chart.Images.PullPolicy,
        Args = service.Arguments.Count == 0 ? null : [.. service.Arguments.Select(a => (Field<string>)a)],
        Env = [.. Environment(track), Field<EnvVar>.Insert(values.Environment)],
        Ports = [.. service.Ports.Select(p => new ContainerPort(p.Name, p.Number))],
        // Long enough for a first start that waits for its servers.
        StartupProbe = Probe(service.Liveness, period: 2, failures: 180),
        ReadinessProbe = Probe(service.Readiness, period: 5, failures: 3),
        LivenessProbe = Probe(service.Liveness, period: 10, failures: 6),
        Lifecycle = service.Ports.Count == 0 ? null : new Lifecycle { PreStop = new LifecycleHandler { Sleep = new SleepAction(PreStopSeconds) } },
        Resources = values.Resources,
        VolumeMounts = [.. Mounts()],
    };

    private IEnumerable<Field<EnvVar>> Environment(string track)
    {
        if (service.IsProject)
        {
            foreach (var variable in DotnetImage.Environment(chart, service, values, telemetry))
                yield return variable;
        }

        foreach (var (name, value) in service.Variables)
            yield return new EnvVar(name) { Value = track == Tracks.Stable ? value : Tracks.Redirect(value, chart.Release, service.Edges) };
    }

    private static Probe? Probe((string Path, string Port)? target, int period, int failures) => target is not { } http
        ? null
        : new Probe { HttpGet = new HttpGetAction(http.Path, http.Port), PeriodSeconds = period, FailureThreshold = failures };

    private IEnumerable<Field<VolumeMount>> Mounts()
    {
        yield return new VolumeMount("tmp", "/tmp");
        if (service.Secrets.Count > 0)
            yield return chart.Credentials.Mount;
        foreach (var (folder, name) in WritableFolders())
            yield return new VolumeMount(name, folder);
        foreach (var (target, file) in service.Files)
            yield return new VolumeMount("files", target) { SubPath = Path.GetFileName(file.Name), ReadOnly = true };
    }

    private IEnumerable<Field<Volume>> Volumes()
    {
        yield return new Volume("tmp") { EmptyDir = new EmptyDirVolume { SizeLimit = values.Scratch } };
        if (service.Secrets.Count > 0)
        {
            foreach (var volume in chart.Credentials.Volumes(service.Migrations is null ? service.Secrets : [.. service.Secrets, .. migrations!.Secrets]))
                yield return volume;
        }

        foreach (var (_, name) in WritableFolders())
            yield return new Volume(name) { EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } };
        if (service.Files.Count > 0)
            yield return new Volume("files") { ConfigMap = new ConfigMapVolume(chart.Release.NameOf($"{service.Name}-files")) };
    }

    private IEnumerable<(string Folder, string Name)> WritableFolders() => values.Image is null
        ? []
        : ContainerTraits.For(values.Image.ByDefault.Split(':')[0]).WritableFolders.Select(folder => (folder, folder.Trim('/').Replace('/', '-').Replace('.', '-')));

    private string Checksum() => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
        System.Text.Encoding.UTF8.GetBytes(string.Concat(service.Files.Select(f => f.File.Content)))))[..16];
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>
/// Brings the schema up to date. At the first install it runs beside the servers that the chart makes, since the database is not there
/// before; at upgrades it is a hook before everything else, so that a migration that fails changes nothing and the old pods, which
/// bear the new schema, serve on. Services wait for the schema in an init container.
/// </summary>
internal sealed class MigrationsJob
{
    private readonly ChartContext _chart;
    private readonly PublishedService _service;
    private readonly Setting<ResourceRequirements> _resources;
    private readonly Setting<int> _deadline;
    private readonly CanaryValues _canary;

    public MigrationsJob(ChartContext chart, PublishedService service, CanaryValues canary)
    {
        (_chart, _service, _canary) = (chart, service, canary);
        var values = chart.Root.Section(ValuesKey.Of(service.Name), "The job that brings the schema up to date.");
        _resources = values.Resources(ResourceRequirements.Of("50m", "128Mi", "1", "512Mi"));
        _deadline = values.Number("deadlineSeconds", 900, "Time it may take.", 10);
    }

    public IReadOnlyList<PublishedSecret> Secrets => _service.Secrets;

    public IEnumerable<ChartDocument> Documents()
    {
        var install = new Condition(".Release.IsInstall", true);
        yield return new($"templates/{_service.Name}/job.yaml", Job("install", hook: null), install);
        yield return new($"templates/{_service.Name}/job.yaml", Job("upgrade", hook: "pre-upgrade"), !install);
    }

    /// <summary>Waits until the schema is as the pod's image needs it.</summary>
    public Container Wait(string track)
    {
        _service.Resource.TryGetLastAnnotation<MigrationsAnnotation>(out var migrations);
        var image = track == Tracks.Stable ? _chart.Images.Of(_service.ImageName) : CanaryImage;
        return Container($"wait-for-{_service.Name}", image, [.. migrations!.WaitArguments.Select(a => (Field<string>)a)]);
    }

    private Text CanaryImage => _chart.Images.CanaryOf(_service.ImageName, _canary.Tag);

    // The newer version of the two that run side by side: what it adds, the older one bears.
    private Text NewestImage => Text.Choose(_canary.Enabled.IsSet, CanaryImage, _chart.Images.Of(_service.ImageName));

    private Job Job(string occasion, string? hook) => new()
    {
        Metadata = _chart.Release.Meta(_service.Name, $"{_service.Name}-{occasion}", hook is null ? null : new Labels
        {
            ["helm.sh/hook"] = hook,
            ["helm.sh/hook-delete-policy"] = "before-hook-creation,hook-succeeded",
        }),
        Spec = new JobSpec
        {
            ActiveDeadlineSeconds = _deadline,
            BackoffLimit = 10,
            Template = new PodTemplate
            {
                Metadata = new ObjectMeta { Labels = _chart.Release.Selector(_service.Name), Annotations = new Labels { More = _chart.Pods.Annotations } },
                Spec = Pod(),
            },
        },
    };

    private PodSpec Pod() => new()
    {
        ServiceAccountName = _chart.Release.FullName,
        RestartPolicy = "OnFailure",
        SecurityContext = new PodSecurityContext { RunAsUser = DotnetImage.User, RunAsGroup = DotnetImage.User, FsGroup = DotnetImage.User },
        ImagePullSecrets = _chart.Images.PullSecrets,
        InitContainers = null,
        Containers = [Container(_service.Name, NewestImage, [.. _service.Arguments.Select(a => (Field<string>)a)])],
        Volumes = [new Volume("tmp") { EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } }, .. _chart.Credentials.Volumes(_service.Secrets)],
        NodeSelector = _chart.Pods.NodeSelector,
        Tolerations = _chart.Pods.Tolerations,
        Affinity = _chart.Pods.Affinity,
    };

    private Container Container(string name, Text image, Field<string>[] arguments) => new()
    {
        Name = name,
        Image = image,
        ImagePullPolicy = _chart.Images.PullPolicy,
        Args = arguments,
        Env = [new EnvVar("Secrets__Path") { Value = _chart.Credentials.Folder }, .. _service.Variables.Select(v => (Field<EnvVar>)new EnvVar(v.Name) { Value = v.Value })],
        Resources = _resources,
        VolumeMounts = [new VolumeMount("tmp", "/tmp"), _chart.Credentials.Mount],
    };
}

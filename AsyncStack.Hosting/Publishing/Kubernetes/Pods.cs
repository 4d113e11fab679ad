using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

internal sealed record PodTemplate
{
    public required ObjectMeta Metadata { get; init; }

    public required PodSpec Spec { get; init; }
}

internal sealed record PodSpec
{
    public Field<string>? ServiceAccountName { get; init; }

    public bool AutomountServiceAccountToken { get; init; }

    /// <summary>Variables that name every Service of the namespace help nobody and may collide with settings.</summary>
    public bool EnableServiceLinks { get; init; }

    public Field<string>? PriorityClassName { get; init; }

    public string? RestartPolicy { get; init; }

    public Field<int>? TerminationGracePeriodSeconds { get; init; }

    public required PodSecurityContext SecurityContext { get; init; }

    public Setting<LocalObjectReference[]>? ImagePullSecrets { get; init; }

    public Field<Container>[]? InitContainers { get; init; }

    public required Field<Container>[] Containers { get; init; }

    public Field<Volume>[]? Volumes { get; init; }

    public TopologySpreadConstraint[]? TopologySpreadConstraints { get; init; }

    public Setting<Dictionary<string, string>>? NodeSelector { get; init; }

    public Setting<object[]>? Tolerations { get; init; }

    public Setting<Dictionary<string, object>>? Affinity { get; init; }
}

internal sealed record LocalObjectReference(string Name);

internal sealed record PodSecurityContext
{
    public bool RunAsNonRoot { get; init; } = true;

    public required Field<int> RunAsUser { get; init; }

    public required Field<int> RunAsGroup { get; init; }

    public Field<int>? FsGroup { get; init; }

    public string? FsGroupChangePolicy { get; init; }

    public SeccompProfile SeccompProfile { get; init; } = new();
}

internal sealed record SeccompProfile
{
    public string Type { get; init; } = "RuntimeDefault";
}

internal sealed record SecurityContext
{
    public bool AllowPrivilegeEscalation { get; init; }

    public bool ReadOnlyRootFilesystem { get; init; } = true;

    public Capabilities Capabilities { get; init; } = new();
}

internal sealed record Capabilities
{
    public string[] Drop { get; init; } = ["ALL"];
}

internal sealed record Container
{
    public required string Name { get; init; }

    public required Field<string> Image { get; init; }

    public Field<string>? ImagePullPolicy { get; init; }

    public Field<string>[]? Command { get; init; }

    public Field<string>[]? Args { get; init; }

    public Field<EnvVar>[]? Env { get; init; }

    public ContainerPort[]? Ports { get; init; }

    public Probe? StartupProbe { get; init; }

    public Probe? ReadinessProbe { get; init; }

    public Probe? LivenessProbe { get; init; }

    public Lifecycle? Lifecycle { get; init; }

    public required Setting<ResourceRequirements> Resources { get; init; }

    public SecurityContext SecurityContext { get; init; } = new();

    public Field<VolumeMount>[]? VolumeMounts { get; init; }
}

internal sealed record EnvVar(string Name)
{
    public Field<string>? Value { get; init; }

    public EnvVarSource? ValueFrom { get; init; }
}

internal sealed record EnvVarSource
{
    public ObjectFieldSelector? FieldRef { get; init; }

    public KeySelector? SecretKeyRef { get; init; }
}

internal sealed record ObjectFieldSelector(string FieldPath);

internal sealed record KeySelector(Field<string> Name, Field<string> Key);

internal sealed record ContainerPort(string Name, [property: YamlName("containerPort")] int Number);

internal sealed record Probe
{
    public HttpGetAction? HttpGet { get; init; }

    public TcpSocketAction? TcpSocket { get; init; }

    public ExecAction? Exec { get; init; }

    public int PeriodSeconds { get; init; } = 10;

    public int TimeoutSeconds { get; init; } = 5;

    public int FailureThreshold { get; init; } = 3;
}

internal sealed record HttpGetAction(string Path, string Port)
{
    public string Scheme { get; init; } = "HTTP";
}

internal sealed record TcpSocketAction(string Port);

internal sealed record ExecAction(params string[] Command);

internal sealed record Lifecycle
{
    public required LifecycleHandler PreStop { get; init; }
}

internal sealed record LifecycleHandler
{
    public SleepAction? Sleep { get; init; }

    public ExecAction? Exec { get; init; }
}

internal sealed record SleepAction(int Seconds);

/// <summary>Amounts, in the API's own notation.</summary>
internal sealed record ResourceRequirements(ResourceAmounts Requests, ResourceAmounts Limits)
{
    public static ResourceRequirements Of(string cpu, string memory, string cpuLimit, string memoryLimit) =>
        new(new ResourceAmounts(cpu, memory), new ResourceAmounts(cpuLimit, memoryLimit));
}

internal sealed record ResourceAmounts(string Cpu, string Memory);

internal sealed record VolumeMount(string Name, string MountPath)
{
    public string? SubPath { get; init; }

    public bool? ReadOnly { get; init; }
}

internal sealed record TopologySpreadConstraint(string TopologyKey, LabelSelector LabelSelector)
{
    public int MaxSkew { get; init; } = 1;

    public string WhenUnsatisfiable { get; init; } = "ScheduleAnyway";

    /// <summary>Of a rollout's pods only the new ones count, else old ones would push them together.</summary>
    public string[]? MatchLabelKeys { get; init; } = ["pod-template-hash"];
}

internal sealed record Volume(string Name)
{
    public EmptyDirVolume? EmptyDir { get; init; }

    public ConfigMapVolume? ConfigMap { get; init; }

    public ProjectedVolume? Projected { get; init; }

    public CsiVolume? Csi { get; init; }
}

internal sealed record EmptyDirVolume
{
    public string? Medium { get; init; }

    public Field<string>? SizeLimit { get; init; }
}

internal sealed record ConfigMapVolume(Field<string> Name);

internal sealed record ProjectedVolume(Field<VolumeProjection>[] Sources)
{
    public int? DefaultMode { get; init; }
}

internal sealed record VolumeProjection
{
    public SecretProjection? Secret { get; init; }
}

internal sealed record SecretProjection(Field<string> Name, KeyToPath[] Items);

internal sealed record KeyToPath(Field<string> Key, string Path);

internal sealed record CsiVolume(string Driver, Labels VolumeAttributes)
{
    public bool ReadOnly { get; init; } = true;
}

using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Observability;

/// <summary>An OpenTelemetry Collector that takes what the services push and hands it to the backend.</summary>
internal sealed class Collector(ChartContext chart, TelemetryValues values)
{
    private const string Name = TelemetryValues.CollectorName;

    private Text Configuration => Text.Of($$"""
        extensions:
          health_check:
            endpoint: 0.0.0.0:13133
        receivers:
          otlp:
            protocols:
              grpc:
                endpoint: 0.0.0.0:4317
        processors:
          memory_limiter:
            check_interval: 1s
            limit_percentage: 80
            spike_limit_percentage: 20
          batch: {}
        exporters:
          otlp:
            endpoint: {{Backend}}
            headers: ${env:OTLP_HEADERS}
            tls:
              insecure: {{Text.Action($"not (hasPrefix \"https://\" {values.Endpoint.Code})", "true")}}
        service:
          extensions: [health_check]
          pipelines:
            traces: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [otlp]}
            metrics: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [otlp]}
            logs: {receivers: [otlp], processors: [memory_limiter, batch], exporters: [otlp]}

        """);

    private Text Backend => Text.Action($"required \"telemetry.otlpEndpoint is needed by telemetry.collector\" {values.Endpoint.Code}", "");

    public IEnumerable<ChartDocument> Documents()
    {
        const string folder = $"templates/{Name}";
        yield return new($"{folder}/config.yaml", new ConfigMap { Metadata = chart.Release.Meta(Name, $"{Name}-config"), Data = new Labels { ["config.yaml"] = Configuration } }, values.Collector.IsSet);
        yield return new($"{folder}/deployment.yaml", Deployment(), values.Collector.IsSet);
        yield return new($"{folder}/service.yaml", Service(), values.Collector.IsSet);
        yield return new($"{folder}/poddisruptionbudget.yaml", Budget(), values.Collector.IsSet);
    }

    private LabelSelector Selector => new() { MatchLabels = chart.Release.Selector(Name) };

    private Deployment Deployment() => new()
    {
        Metadata = chart.Release.Meta(Name),
        Spec = new DeploymentSpec
        {
            Replicas = values.CollectorReplicas,
            Selector = Selector,
            Template = new PodTemplate
            {
                Metadata = new ObjectMeta
                {
                    Labels = chart.Release.Selector(Name),
                    Annotations = new Labels { ["checksum/config"] = Text.Action($"printf \"%s %s\" {values.Endpoint.Code} {values.HeadersSecret.Code} | sha256sum", ""), More = chart.Pods.Annotations },
                },
                Spec = Pod(),
            },
        },
    };

    private PodSpec Pod() => new()
    {
        ServiceAccountName = chart.Release.FullName,
        TerminationGracePeriodSeconds = 30,
        SecurityContext = new PodSecurityContext { RunAsUser = 10001, RunAsGroup = 10001, FsGroup = 10001 },
        ImagePullSecrets = chart.Images.PullSecrets,
        Containers = [Container()],
        Volumes = [new Volume("config") { ConfigMap = new ConfigMapVolume(chart.Release.NameOf($"{Name}-config")) }],
        TopologySpreadConstraints = chart.Pods.Spread(Name),
        NodeSelector = chart.Pods.NodeSelector,
        Tolerations = chart.Pods.Tolerations,
        Affinity = chart.Pods.Affinity,
    };

    private Container Container() => new()
    {
        Name = Name,
        Image = values.CollectorImage,
        ImagePullPolicy = chart.Images.PullPolicy,
        Args = ["--config=/etc/otelcol/config.yaml"],
        Env = [Headers(), new EnvVar("GOMEMLIMIT") { Value = "400MiB" }],
        Ports = [new ContainerPort("otlp", 4317), new ContainerPort("health", 13133)],
        StartupProbe = new Probe { HttpGet = new HttpGetAction("/", "health"), PeriodSeconds = 2, FailureThreshold = 30 },
        ReadinessProbe = new Probe { HttpGet = new HttpGetAction("/", "health") },
        LivenessProbe = new Probe { HttpGet = new HttpGetAction("/", "health") },
        Resources = values.CollectorResources,
        VolumeMounts = [new VolumeMount("config", "/etc/otelcol") { ReadOnly = true }],
    };

    // The collector reads a variable as YAML: a map.
    private Field<EnvVar> Headers() => Field.When(values.HeadersSecret.IsSet, new EnvVar("OTLP_HEADERS")
    {
        ValueFrom = new EnvVarSource { SecretKeyRef = new KeySelector(values.HeadersSecret, "collector") },
    });

    private Service Service() => new()
    {
        Metadata = chart.Release.Meta(Name),
        Spec = new ServiceSpec { Type = "ClusterIP", Selector = chart.Release.Selector(Name), Ports = [new ServicePort { Name = "otlp", Port = 4317, TargetPort = "otlp", AppProtocol = "kubernetes.io/h2c" }] },
    };

    private PodDisruptionBudget Budget() => new()
    {
        Metadata = chart.Release.Meta(Name),
        Spec = new PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = Selector },
    };
}

using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

internal sealed record HorizontalPodAutoscaler() : KubernetesObject("autoscaling/v2", "HorizontalPodAutoscaler")
{
    public required HorizontalPodAutoscalerSpec Spec { get; init; }
}

internal sealed record HorizontalPodAutoscalerSpec
{
    public required ScaleTarget ScaleTargetRef { get; init; }

    public required Field<int> MinReplicas { get; init; }

    public required Field<int> MaxReplicas { get; init; }

    public required Field<MetricSpec>[] Metrics { get; init; }

    public required ScalingBehavior Behavior { get; init; }
}

internal sealed record ScaleTarget(Field<string> Name)
{
    public string ApiVersion { get; init; } = "apps/v1";

    public string Kind { get; init; } = "Deployment";
}

internal sealed record MetricSpec(string Type)
{
    public ResourceMetric? Resource { get; init; }

    public PodsMetric? Pods { get; init; }
}

internal sealed record ResourceMetric(string Name, MetricTarget Target);

internal sealed record PodsMetric(MetricIdentifier Metric, MetricTarget Target);

internal sealed record MetricIdentifier(string Name);

internal sealed record MetricTarget(string Type)
{
    public required Field<string> AverageValue { get; init; }
}

internal sealed record ScalingBehavior(ScalingRules ScaleUp, ScalingRules ScaleDown);

internal sealed record ScalingRules
{
    public required Field<int> StabilizationWindowSeconds { get; init; }

    public required ScalingPolicy[] Policies { get; init; }
}

internal sealed record ScalingPolicy(string Type, int Value, int PeriodSeconds);

internal sealed record ScaledObject() : KubernetesObject("keda.sh/v1alpha1", "ScaledObject")
{
    public required ScaledObjectSpec Spec { get; init; }
}

internal sealed record ScaledObjectSpec
{
    public required ScaleTarget ScaleTargetRef { get; init; }

    public Field<int>? PollingInterval { get; init; }

    public Field<int>? CooldownPeriod { get; init; }

    public required Field<int> MinReplicaCount { get; init; }

    public required Field<int> MaxReplicaCount { get; init; }

    public required AdvancedScaling Advanced { get; init; }

    public required Field<ScaleTrigger>[] Triggers { get; init; }
}

internal sealed record AdvancedScaling(HpaConfig HorizontalPodAutoscalerConfig);

internal sealed record HpaConfig(ScalingBehavior Behavior);

internal sealed record ScaleTrigger(string Type)
{
    public string? MetricType { get; init; }

    public required Labels Metadata { get; init; }

    public NamedReference? AuthenticationRef { get; init; }
}

internal sealed record NamedReference(Field<string> Name);

internal sealed record TriggerAuthentication() : KubernetesObject("keda.sh/v1alpha1", "TriggerAuthentication")
{
    public required TriggerAuthenticationSpec Spec { get; init; }
}

internal sealed record TriggerAuthenticationSpec
{
    public required SecretTarget[] SecretTargetRef { get; init; }
}

internal sealed record SecretTarget(string Parameter, Field<string> Name, Field<string> Key);

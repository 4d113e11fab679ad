using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

/// <summary>An object of the Kubernetes API. Only the fields that charts of ours use are here; names and meaning are the API's.</summary>
internal abstract record KubernetesObject(string ApiVersion, string Kind)
{
    public required ObjectMeta Metadata { get; init; }
}

internal sealed record ObjectMeta
{
    public Field<string>? Name { get; init; }

    public Field<string>? Namespace { get; init; }

    public Labels? Labels { get; init; }

    public Labels? Annotations { get; init; }
}

internal sealed record LabelSelector
{
    public Labels? MatchLabels { get; init; }
}

internal sealed record ConfigMap() : KubernetesObject("v1", "ConfigMap")
{
    public required Labels Data { get; init; }
}

internal sealed record Secret() : KubernetesObject("v1", "Secret")
{
    public Field<string> Type { get; init; } = "Opaque";

    public required Labels StringData { get; init; }
}

internal sealed record ServiceAccount() : KubernetesObject("v1", "ServiceAccount")
{
    public bool AutomountServiceAccountToken { get; init; }
}

internal sealed record Service() : KubernetesObject("v1", "Service")
{
    public required ServiceSpec Spec { get; init; }
}

internal sealed record ServiceSpec
{
    public Field<string>? Type { get; init; }

    public Field<string>? ClusterIP { get; init; }

    public bool? PublishNotReadyAddresses { get; init; }

    public required Labels Selector { get; init; }

    public required ServicePort[] Ports { get; init; }
}

internal sealed record ServicePort
{
    public required string Name { get; init; }

    public required Field<int> Port { get; init; }

    public required string TargetPort { get; init; }

    public Field<int>? NodePort { get; init; }

    public Field<string> Protocol { get; init; } = "TCP";

    public string? AppProtocol { get; init; }
}

internal sealed record PersistentVolumeClaim
{
    public required ObjectMeta Metadata { get; init; }

    public required PersistentVolumeClaimSpec Spec { get; init; }
}

internal sealed record PersistentVolumeClaimSpec
{
    public string[] AccessModes { get; init; } = ["ReadWriteOnce"];

    public Field<string>? StorageClassName { get; init; }

    public required VolumeResources Resources { get; init; }
}

internal sealed record VolumeResources
{
    public required StorageRequest Requests { get; init; }
}

internal sealed record StorageRequest
{
    public required Field<string> Storage { get; init; }
}

internal sealed record PodDisruptionBudget() : KubernetesObject("policy/v1", "PodDisruptionBudget")
{
    public required PodDisruptionBudgetSpec Spec { get; init; }
}

internal sealed record PodDisruptionBudgetSpec
{
    public Field<int>? MaxUnavailable { get; init; }

    public required LabelSelector Selector { get; init; }

    /// <summary>Pods that are not ready may be evicted whatever the budget says, else a broken one would block a drain.</summary>
    public string UnhealthyPodEvictionPolicy { get; init; } = "AlwaysAllow";
}

using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

internal sealed record Deployment() : KubernetesObject("apps/v1", "Deployment")
{
    public required DeploymentSpec Spec { get; init; }
}

internal sealed record DeploymentSpec
{
    public Field<int>? Replicas { get; init; }

    public int RevisionHistoryLimit { get; init; } = 5;

    public required LabelSelector Selector { get; init; }

    public DeploymentStrategy Strategy { get; init; } = new();

    public required PodTemplate Template { get; init; }
}

internal sealed record DeploymentStrategy
{
    public string Type { get; init; } = "RollingUpdate";

    public RollingUpdate? RollingUpdate { get; init; } = new();
}

internal sealed record RollingUpdate
{
    public int? MaxSurge { get; init; } = 1;

    public int? MaxUnavailable { get; init; } = 0;
}

internal sealed record StatefulSet() : KubernetesObject("apps/v1", "StatefulSet")
{
    public required StatefulSetSpec Spec { get; init; }
}

internal sealed record StatefulSetSpec
{
    public required Field<string> ServiceName { get; init; }

    public int Replicas { get; init; } = 1;

    public int RevisionHistoryLimit { get; init; } = 5;

    public string PodManagementPolicy { get; init; } = "OrderedReady";

    public UpdateStrategy UpdateStrategy { get; init; } = new();

    public ClaimRetention PersistentVolumeClaimRetentionPolicy { get; init; } = new();

    public required LabelSelector Selector { get; init; }

    public required PodTemplate Template { get; init; }

    public PersistentVolumeClaim[]? VolumeClaimTemplates { get; init; }
}

internal sealed record UpdateStrategy
{
    public string Type { get; init; } = "RollingUpdate";
}

internal sealed record ClaimRetention
{
    public string WhenDeleted { get; init; } = "Retain";

    public string WhenScaled { get; init; } = "Retain";
}

internal sealed record Job() : KubernetesObject("batch/v1", "Job")
{
    public required JobSpec Spec { get; init; }
}

internal sealed record JobSpec
{
    public Field<int>? ActiveDeadlineSeconds { get; init; }

    public Field<int>? TtlSecondsAfterFinished { get; init; }

    public int BackoffLimit { get; init; } = 6;

    public required PodTemplate Template { get; init; }
}

internal sealed record CronJob() : KubernetesObject("batch/v1", "CronJob")
{
    public required CronJobSpec Spec { get; init; }
}

internal sealed record CronJobSpec
{
    public required Field<string> Schedule { get; init; }

    public Field<string>? TimeZone { get; init; }

    public string ConcurrencyPolicy { get; init; } = "Forbid";

    public int StartingDeadlineSeconds { get; init; } = 3600;

    public int SuccessfulJobsHistoryLimit { get; init; } = 1;

    public int FailedJobsHistoryLimit { get; init; } = 3;

    public required JobTemplate JobTemplate { get; init; }
}

internal sealed record JobTemplate
{
    public required JobSpec Spec { get; init; }
}

/// <summary>A pod of its own, for <c>helm test</c> or for people to look around from.</summary>
internal sealed record Pod() : KubernetesObject("v1", "Pod")
{
    public required PodSpec Spec { get; init; }
}

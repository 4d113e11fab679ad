using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

/// <summary>Prometheus Operator. https://prometheus-operator.dev</summary>
internal sealed record ServiceMonitor() : KubernetesObject("monitoring.coreos.com/v1", "ServiceMonitor")
{
    public required ServiceMonitorSpec Spec { get; init; }
}

internal sealed record ServiceMonitorSpec(string JobLabel, LabelSelector Selector, MetricsEndpoint[] Endpoints);

internal sealed record PodMonitor() : KubernetesObject("monitoring.coreos.com/v1", "PodMonitor")
{
    public required PodMonitorSpec Spec { get; init; }
}

internal sealed record PodMonitorSpec(string JobLabel, LabelSelector Selector, MetricsEndpoint[] PodMetricsEndpoints);

internal sealed record MetricsEndpoint(string Port, string Path)
{
    public required Field<string> Interval { get; init; }
}

/// <summary>Secrets from a secret manager. https://external-secrets.io</summary>
internal sealed record ExternalSecret() : KubernetesObject("external-secrets.io/v1", "ExternalSecret")
{
    public required ExternalSecretSpec Spec { get; init; }
}

internal sealed record ExternalSecretSpec
{
    public required Field<string> RefreshInterval { get; init; }

    public required StoreReference SecretStoreRef { get; init; }

    public required ExternalSecretTarget Target { get; init; }

    public required ExternalSecretData[] Data { get; init; }
}

internal sealed record StoreReference(Field<string> Name, Field<string> Kind);

internal sealed record ExternalSecretTarget(Field<string> Name)
{
    public string CreationPolicy { get; init; } = "Owner";

    public string DeletionPolicy { get; init; } = "Retain";
}

internal sealed record ExternalSecretData(string SecretKey, RemoteReference RemoteRef);

internal sealed record RemoteReference(Field<string> Key);

/// <summary>Secrets mounted by the Secrets Store CSI driver. https://secrets-store-csi-driver.sigs.k8s.io</summary>
internal sealed record SecretProviderClass() : KubernetesObject("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass")
{
    public required SecretProviderClassSpec Spec { get; init; }
}

internal sealed record SecretProviderClassSpec
{
    public required Field<string> Provider { get; init; }

    public required Labels Parameters { get; init; }

    public required SyncedSecret[] SecretObjects { get; init; }
}

internal sealed record SyncedSecret(Field<string> SecretName, SyncedKey[] Data)
{
    public string Type { get; init; } = "Opaque";
}

internal sealed record SyncedKey(string ObjectName, string Key);

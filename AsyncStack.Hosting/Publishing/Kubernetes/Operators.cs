using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

/// <summary>CloudNativePG. https://cloudnative-pg.io/docs</summary>
internal sealed record PostgresCluster() : KubernetesObject("postgresql.cnpg.io/v1", "Cluster")
{
    public required PostgresClusterSpec Spec { get; init; }
}

internal sealed record PostgresClusterSpec
{
    public required Field<int> Instances { get; init; }

    public Field<string>? ImageName { get; init; }

    public required ClusterStorage Storage { get; init; }

    public required Setting<ResourceRequirements> Resources { get; init; }

    public required ClusterBootstrap Bootstrap { get; init; }
}

internal sealed record ClusterStorage
{
    public required Field<string> Size { get; init; }

    public Field<string>? StorageClass { get; init; }
}

internal sealed record ClusterBootstrap(ClusterInit Initdb);

internal sealed record ClusterInit(string Database, string Owner);

/// <summary>The RabbitMQ Cluster Operator. https://www.rabbitmq.com/kubernetes/operator/operator-overview</summary>
internal sealed record RabbitmqCluster() : KubernetesObject("rabbitmq.com/v1beta1", "RabbitmqCluster")
{
    public required RabbitmqClusterSpec Spec { get; init; }
}

internal sealed record RabbitmqClusterSpec
{
    public required Field<int> Replicas { get; init; }

    public required Setting<ResourceRequirements> Resources { get; init; }

    public required RabbitmqPersistence Persistence { get; init; }

    public required RabbitmqConfiguration Rabbitmq { get; init; }
}

internal sealed record RabbitmqPersistence
{
    public Field<string>? StorageClassName { get; init; }

    public required Field<string> Storage { get; init; }
}

internal sealed record RabbitmqConfiguration(Field<string> AdditionalConfig);

/// <summary>The Redis Operator of OpsTree. https://redis-operator.opstree.dev</summary>
internal sealed record RedisStandalone() : KubernetesObject("redis.redis.opstreelabs.in/v1beta2", "Redis")
{
    public required RedisStandaloneSpec Spec { get; init; }
}

internal sealed record RedisStandaloneSpec
{
    public required RedisKubernetesConfig KubernetesConfig { get; init; }

    public required RedisStorage Storage { get; init; }

    public required PodSecurityContext PodSecurityContext { get; init; }
}

internal sealed record RedisKubernetesConfig
{
    public required Field<string> Image { get; init; }

    public required Field<string> ImagePullPolicy { get; init; }

    public required Setting<ResourceRequirements> Resources { get; init; }

    public required KeySelector RedisSecret { get; init; }
}

internal sealed record RedisStorage(RedisClaimTemplate VolumeClaimTemplate);

internal sealed record RedisClaimTemplate(PersistentVolumeClaimSpec Spec);

/// <summary>A user of a Ceph object store, by Rook. https://rook.io/docs/rook/latest/CRDs/Object-Storage/ceph-object-store-user-crd</summary>
internal sealed record CephObjectStoreUser() : KubernetesObject("ceph.rook.io/v1", "CephObjectStoreUser")
{
    public required CephObjectStoreUserSpec Spec { get; init; }
}

internal sealed record CephObjectStoreUserSpec
{
    public required Field<string> Store { get; init; }

    public required Field<string> ClusterNamespace { get; init; }

    public required Field<string> DisplayName { get; init; }
}

using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.Runtime.Probes;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>The official Postgres image. A kept volume keeps the password that it was created with.</summary>
internal sealed class PostgresRecipe : ContainerRecipe
{
    public override string StopSignal => "INT";

    // Parallel queries share memory through /dev/shm, of which a container has 64 MB.
    public override IEnumerable<string> Options(ResourceStart start) => ["--shm-size", "256m"];

    public override IEnumerable<string> Arguments(ResourceStart start) =>
    [
        "postgres", "-c", "max_connections=200", "-c", "shared_buffers=256MB", "-c", "jit=off",
        "-c", "wal_compression=on", "-c", "max_wal_size=2GB", "-c", "checkpoint_timeout=15min",
    ];

    public override IEnumerable<KeyValuePair<string, string>> Environment(ResourceStart start) =>
    [
        new("POSTGRES_USER", start.UserName ?? "postgres"),
        new("POSTGRES_PASSWORD", start.Password ?? ""),
        new("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256"),
        new("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256"),
    ];

    public override Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        PostgresProbe.ReadyAsync(start.Ports["tcp"], start.UserName ?? "postgres", start.Password ?? "", cancellationToken);
}

/// <summary>The official Redis and Valkey images. The password is in a file, as a command line shows it to every user.</summary>
internal sealed class RedisRecipe(string program) : ContainerRecipe
{
    private const string Configuration = "/etc/asyncstack/redis.conf";

    public override IEnumerable<string> Arguments(ResourceStart start) => [program, Configuration];

    public override IEnumerable<KeyValuePair<string, string>> Files(ResourceStart start) =>
        [new(Configuration, RedisConfiguration.Write(start, start.Container.TargetPorts.GetValueOrDefault("tcp", 6379), "0.0.0.0", "/data"))];

    public override Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        RedisProbe.ReadyAsync(start.Ports["tcp"], start.Password, cancellationToken);
}

/// <summary>The official RabbitMQ image. A kept volume keeps the password that it was created with.</summary>
internal sealed class RabbitMqRecipe : ContainerRecipe
{
    // The node's name, under which its data lies, contains the host's.
    public override IEnumerable<string> Options(ResourceStart start) =>
        start.Container.HostNetwork ? [] : ["--hostname", start.Name];

    public override IEnumerable<KeyValuePair<string, string>> Environment(ResourceStart start) =>
    [
        new("RABBITMQ_DEFAULT_USER", start.UserName ?? "guest"),
        new("RABBITMQ_DEFAULT_PASS", start.Password ?? "guest"),
        new("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none" + Tick(start)),
    ];

    public override IEnumerable<KeyValuePair<string, string>> Files(ResourceStart start) =>
    [
        new("/etc/rabbitmq/conf.d/90-asyncstack.conf", """
            raft.wal_max_size_bytes = 67108864
            disk_free_limit.absolute = 200MB
            log.console.level = warning

            """),
    ];

    // The image has the Prometheus plugin on as it comes.
    private static string Tick(ResourceStart start) =>
        start.Ports.ContainsKey("metrics") ? $" -rabbit quorum_tick_interval {QueueMetrics.TickMilliseconds}" : "";

    public override Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        AmqpProbe.ReadyAsync(start.Ports["tcp"], start.UserName ?? "guest", start.Password ?? "guest", cancellationToken);
}

/// <summary>The frozen MinIO image.</summary>
internal sealed class MinioRecipe : ContainerRecipe
{
    public override IEnumerable<string> Arguments(ResourceStart start) => ["server", "/data", "--console-address", ":9001"];

    public override IEnumerable<KeyValuePair<string, string>> Environment(ResourceStart start) =>
    [
        new("MINIO_ROOT_USER", start.UserName ?? "minioadmin"),
        new("MINIO_ROOT_PASSWORD", start.Password ?? "minioadmin"),
    ];

    public override Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        HttpProbe.ReadyAsync(S3Port.Of(start), "/minio/health/ready", cancellationToken);
}

/// <summary>An image of which nothing is known, nginx among them: the graph says all there is to say.</summary>
internal sealed class AnyRecipe : ContainerRecipe
{
    public override Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        PortProbe.ReadyAsync(start.Ports.Values, cancellationToken);
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Runtime;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>RabbitMQ: a StatefulSet, a RabbitmqCluster of the official operator, or a broker elsewhere.</summary>
internal sealed class RabbitMqServer : PublishedServer
{
    private const string ConfigurationFile = "90-asyncstack.conf";
    private readonly Setting<string> _memory;
    private readonly Setting<int> _replicas;
    private readonly Setting<string> _scheme;
    private readonly Setting<string> _virtualHost;
    private readonly PublishedSecret _user;
    private readonly PublishedSecret _password;

    public RabbitMqServer(ChartContext chart, RabbitMQServerResource resource)
        : base(chart, resource, Traits)
    {
        _memory = Values.Text("memoryHighWatermark", "600MB", "Memory at which publishers are held back; below the limit by a third.", "^[0-9]+(MB|MiB|GB|GiB)$");
        _replicas = Operator.Number("replicas", 3, "Nodes of the cluster; an odd number, for the quorum queues.", 1);
        _scheme = External.Section.Choice("scheme", "amqp", "amqps for TLS.", "amqp", "amqps");
        _virtualHost = External.Section.Text("virtualHost", "", "Its virtual host, percent-encoded; empty for /.");
        var secret = Text.Of($"{chart.Release.NameOf(Name)}-default-user");
        _user = Secret($"{Name}-username", 0, chart.Release.Chart, secret, "username", External.Key("usernameKey"));
        _password = Secret($"{Name}-password", 22, null, secret, "password", External.Key("passwordKey"));
    }

    public override IReadOnlyList<PublishedSecret> Secrets => [_user, _password];

    public PublishedSecret User => _user;

    public PublishedSecret Password => _password;

    public override Labels? OperatorPods => new() { ["app.kubernetes.io/name"] = Chart.Release.NameOf(Name), ["app.kubernetes.io/part-of"] = "rabbitmq" };

    /// <summary>The address without credentials, as somebody in another namespace names it.</summary>
    public Text AddressFrom(Text ownNamespace) => Text.Of(
        $"{Text.Choose(IsExternal, _scheme.AsText(), "amqp")}://{Host}{Text.Only(!IsExternal, Text.Of($".{ownNamespace}.svc"))}:{ClientPort}/{Text.Only(IsExternal, _virtualHost.AsText())}");

    protected override Text OperatorHost => Chart.Release.NameOf(Name);

    /// <summary>Its metrics are asked for.</summary>
    public bool HasMetrics => Ports().Any(p => p.Name == "metrics");

    private static ServerTraits Traits { get; } = new(
        "RabbitMQ, which hands out the work; Postgres has it on record.",
        """
        embedded  one StatefulSet of the chart
        operator  a RabbitmqCluster of the RabbitMQ Cluster Operator, which has to be installed
        external  a broker elsewhere
        """,
        "RabbitMQ Cluster Operator, for mode operator; resources and storage count here too.",
        5672)
    {
        User = 999,
        Resources = ResourceRequirements.Of("100m", "384Mi", "2", "1Gi"),
        Storage = "8Gi",
        ExternalKeys = [("usernameKey", "username", "Key of the user's name in existingSecret."), ("passwordKey", "password", "Key of the password in existingSecret.")],
    };

    protected override Text ConnectionTo(IResource resource) => Text.Of(
        $"{Text.Choose(IsExternal, _scheme.AsText(), "amqp")}://{_user.Placeholder}:{_password.Placeholder}@{Host}:{ClientPort}{Text.Only(IsExternal & _virtualHost.IsSet, Text.Of($"/{_virtualHost}"))}");

    public override IEnumerable<ChartDocument> Documents()
    {
        var server = Server();
        var folder = $"templates/{Name}";
        yield return new($"{folder}/config.yaml", new ConfigMap { Metadata = Chart.Release.Meta(Name, $"{Name}-config"), Data = new Labels { [ConfigurationFile] = Configuration } }, IsEmbedded);
        yield return new($"{folder}/statefulset.yaml", server.StatefulSet(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.ClientService(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.Headless(), IsEmbedded);
        yield return new($"{folder}/poddisruptionbudget.yaml", server.Budget(), IsEmbedded);
        yield return new($"{folder}/rabbitmqcluster.yaml", Cluster(), IsOperated);
    }

    // Within a container RabbitMQ sees the machine's memory, not the limit, so the watermark is an amount.
    private Text Configuration => Text.Of($"""
        vm_memory_high_watermark.absolute = {_memory}
        disk_free_limit.absolute = 200MB
        raft.wal_max_size_bytes = 67108864
        log.console.level = warning

        """);

    // A small pause between counts, where somebody asks for them; idle schedulers that do not spin.
    private string ErlangArguments => "+sbwt none +sbwtdcpu none +sbwtdio none" + (HasMetrics ? $" -rabbit quorum_tick_interval {QueueMetrics.TickMilliseconds}" : "");

    private EmbeddedServer Server() => new(Chart, Name, Embedded)
    {
        Ports = [.. Ports().Select(p => (p.Name == "tcp" ? "amqp" : p.Name, p.Number))],
        Secrets = Secrets,
        DataFolder = "/var/lib/rabbitmq",
        Checksum = Text.Digest(_memory),
        Scratch =
        [
            ("tmp", new EmptyDirVolume { SizeLimit = "64Mi" }, "/tmp"),
            ("log", new EmptyDirVolume { SizeLimit = "64Mi" }, "/var/log/rabbitmq"),
        ],
        Files =
        [
            (new Volume("config") { ConfigMap = new ConfigMapVolume(Chart.Release.NameOf($"{Name}-config")) },
                new VolumeMount("config", $"/etc/rabbitmq/conf.d/{ConfigurationFile}") { SubPath = ConfigurationFile, ReadOnly = true }),
        ],
        Container = new Container
        {
            Name = "rabbitmq",
            Image = Embedded.Image,
            Resources = Embedded.Resources,
            Command = ["sh", "-ec"],
            // The user is made with the first start; later ones find it in the data. Where a container may open files without limit,
            // Erlang would make room for a billion of them.
            Args = [$"ulimit -n 65536 2>/dev/null || true\nRABBITMQ_DEFAULT_USER=\"$(cat {PathOf(_user)})\"\nRABBITMQ_DEFAULT_PASS=\"$(cat {PathOf(_password)})\"\nexport RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS\nexec docker-entrypoint.sh rabbitmq-server\n"],
            Env =
            [
                // The data lies under the node's name, which must not change with the pod's.
                new EnvVar("RABBITMQ_NODENAME") { Value = "rabbit@localhost" },
                // The cookie, which belongs to one node alone here, must not be readable by the volume's group.
                new EnvVar("HOME") { Value = "/tmp" },
                new EnvVar("RABBITMQ_LOGS") { Value = "-" },
                new EnvVar("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS") { Value = ErlangArguments },
            ],
            StartupProbe = new Probe { TcpSocket = new TcpSocketAction("amqp"), PeriodSeconds = 5, FailureThreshold = 120 },
            ReadinessProbe = new Probe { TcpSocket = new TcpSocketAction("amqp") },
            // Asks the node itself, not the port, and starts an Erlang machine to do so: seldom.
            LivenessProbe = new Probe { Exec = new ExecAction("rabbitmq-diagnostics", "--quiet", "ping"), PeriodSeconds = 60, TimeoutSeconds = 30, FailureThreshold = 5 },
        },
    };

    private RabbitmqCluster Cluster() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new RabbitmqClusterSpec
        {
            Replicas = _replicas,
            Resources = Embedded.Resources,
            Persistence = new RabbitmqPersistence { Storage = Embedded.Size, StorageClassName = Field.IfSet(Embedded.StorageClass) },
            Rabbitmq = new RabbitmqConfiguration(Configuration),
        },
    };
}

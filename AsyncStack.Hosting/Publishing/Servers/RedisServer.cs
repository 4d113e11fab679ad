using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>Redis or Valkey: a StatefulSet, a Redis of OpsTree's operator, or a server elsewhere.</summary>
internal sealed class RedisServer : PublishedServer
{
    private const string Folder = "/etc/asyncstack";
    private readonly Setting<string> _maxMemory;
    private readonly Setting<string> _parameters;
    private readonly PublishedSecret _password;

    public RedisServer(ChartContext chart, RedisResource resource)
        : base(chart, resource, Traits)
    {
        _maxMemory = Values.Text("maxMemory", "192mb", "Data held at the most, in Redis' notation; what has a lifetime goes first.", "^[0-9]+(kb|mb|gb)$");
        _parameters = External.Section.Text("parameters", "", "Put after the connection string, ssl=true for one.");
        _password = Secret($"{Name}-password", 22, null, chart.Credentials.SecretName, $"{Name}-password", External.Key("passwordKey"));
    }

    public override IReadOnlyList<PublishedSecret> Secrets => [_password];

    public override Labels? OperatorPods => new() { ["app"] = Chart.Release.NameOf(Name) };

    protected override Text OperatorHost => Chart.Release.NameOf(Name);

    private static ServerTraits Traits { get; } = new(
        "Redis or Valkey; it holds only what may be lost.",
        """
        embedded  one StatefulSet of the chart
        operator  a Redis of the OpsTree operator, which has to be installed
        external  a server elsewhere, Azure Managed Redis for one
        """,
        "OpsTree's Redis operator, for mode operator; it has no settings of its own: image, resources and storage count.",
        6379)
    {
        User = 999,
        Resources = ResourceRequirements.Of("50m", "64Mi", "1", "512Mi"),
        Storage = "1Gi",
        ExternalKeys = [("passwordKey", "password", "Key of the password in existingSecret.")],
    };

    protected override Text ConnectionTo(IResource resource) => Text.Of(
        $"{Host}:{ClientPort},password={_password.Placeholder}{Text.Only(IsExternal & _parameters.IsSet, Text.Of($",{_parameters}"))}");

    public override IEnumerable<ChartDocument> Documents()
    {
        var server = Server();
        var folder = $"templates/{Name}";
        yield return new($"{folder}/config.yaml", new ConfigMap { Metadata = Chart.Release.Meta(Name, $"{Name}-config"), Data = new Labels { ["redis.conf"] = Configuration } }, IsEmbedded);
        yield return new($"{folder}/statefulset.yaml", server.StatefulSet(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.ClientService(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.Headless(), IsEmbedded);
        yield return new($"{folder}/poddisruptionbudget.yaml", server.Budget(), IsEmbedded);
        yield return new($"{folder}/redis.yaml", Operated(), IsOperated);
    }

    private Text Configuration => Text.Of($"""
        include /tmp/password.conf
        port 6379
        dir /data
        logfile ""
        maxmemory {_maxMemory}
        maxmemory-policy volatile-lru
        save ""
        appendonly yes
        appendfsync everysec
        tcp-keepalive 60

        """);

    private EmbeddedServer Server() => new(Chart, Name, Embedded)
    {
        Ports = [.. Ports()],
        Secrets = Secrets,
        DataFolder = "/data",
        GracePeriod = 60,
        Checksum = Text.Digest(_maxMemory),
        Scratch = [("tmp", new EmptyDirVolume { SizeLimit = "16Mi" }, "/tmp")],
        Files = [(new Volume("config") { ConfigMap = new ConfigMapVolume(Chart.Release.NameOf($"{Name}-config")) }, new VolumeMount("config", Folder) { ReadOnly = true })],
        Container = new Container
        {
            Name = "redis",
            Image = Embedded.Image,
            Resources = Embedded.Resources,
            // The password goes through a file that only this container sees: a command line shows it to every process.
            Command = ["sh", "-ec"],
            Args = [$"umask 077\nprintf 'requirepass \"%s\"\\n' \"$(cat {PathOf(_password)})\" >/tmp/password.conf\nexec redis-server {Folder}/redis.conf\n"],
            StartupProbe = new Probe { Exec = Ping, PeriodSeconds = 2, FailureThreshold = 90 },
            ReadinessProbe = new Probe { Exec = Ping },
            LivenessProbe = new Probe { Exec = Ping, PeriodSeconds = 20, FailureThreshold = 6 },
        },
    };

    private ExecAction Ping => new("sh", "-c", $"REDISCLI_AUTH=\"$(cat {PathOf(_password)})\" redis-cli ping | grep -q PONG");

    private RedisStandalone Operated() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new RedisStandaloneSpec
        {
            KubernetesConfig = new RedisKubernetesConfig
            {
                Image = Embedded.Image,
                ImagePullPolicy = Chart.Images.PullPolicy,
                Resources = Embedded.Resources,
                RedisSecret = new KeySelector(Chart.Credentials.SecretName, $"{Name}-password"),
            },
            Storage = new RedisStorage(new RedisClaimTemplate(new PersistentVolumeClaimSpec
            {
                StorageClassName = Field.IfSet(Embedded.StorageClass),
                Resources = new VolumeResources { Requests = new StorageRequest { Storage = Embedded.Size } },
            })),
            PodSecurityContext = new PodSecurityContext { RunAsUser = Embedded.User, RunAsGroup = Embedded.User, FsGroup = Embedded.User },
        },
    };
}

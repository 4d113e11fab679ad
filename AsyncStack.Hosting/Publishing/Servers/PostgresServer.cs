using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>PostgreSQL: a StatefulSet, a Cluster of CloudNativePG, or a server elsewhere.</summary>
internal sealed class PostgresServer : PublishedServer
{
    // Asked over TCP: while the image prepares a new database, it listens on a socket file only.
    private static readonly ExecAction Ready = new("pg_isready", "--quiet", "--host=127.0.0.1", "--port=5432");
    private readonly string _database;
    private readonly Setting<string> _parameters;
    private readonly Setting<int> _instances;
    private readonly Setting<string> _operatorImage;
    private readonly PublishedSecret _user;
    private readonly PublishedSecret _password;

    public PostgresServer(ChartContext chart, PostgresServerResource resource, string database)
        : base(chart, resource, Traits)
    {
        _database = database;
        _instances = Operator.Number("instances", 3, "Instances of the Cluster, of which one writes.", 1);
        _operatorImage = Operator.Text("image", "", "Image of the instances, one of CloudNativePG's; empty for the operator's default.");
        _parameters = External.Section.Text("parameters", "", "Put after the connection string, SSL Mode=VerifyFull for one.");
        var cluster = Text.Of($"{chart.Release.NameOf(Name)}-app");
        _user = Secret($"{Name}-username", 0, chart.Release.Chart, cluster, "username", External.Key("usernameKey"));
        _password = Secret($"{Name}-password", 22, null, cluster, "password", External.Key("passwordKey"));
    }

    public override IReadOnlyList<PublishedSecret> Secrets => [_user, _password];

    public override Labels? OperatorPods => new() { ["cnpg.io/cluster"] = Chart.Release.NameOf(Name) };

    /// <summary>Its own image, which has the programs that dump and restore.</summary>
    public Setting<string> Image => Embedded.Image;

    public Setting<int> ImageUser => Embedded.User;

    public PublishedSecret User => _user;

    public PublishedSecret Password => _password;

    protected override Text OperatorHost => Text.Of($"{Chart.Release.NameOf(Name)}-rw");

    private static ServerTraits Traits { get; } = new(
        "PostgreSQL, the record of everything.",
        """
        embedded  one StatefulSet of the chart
        operator  a Cluster of CloudNativePG, which has to be installed
        external  a server elsewhere, Azure Database for PostgreSQL for one
        """,
        "CloudNativePG, for mode operator; resources and storage count here too.",
        5432)
    {
        User = 999,
        Resources = ResourceRequirements.Of("100m", "384Mi", "2", "1Gi"),
        Storage = "8Gi",
        ExternalKeys = [("usernameKey", "username", "Key of the user's name in existingSecret."), ("passwordKey", "password", "Key of the password in existingSecret.")],
    };

    protected override Text ConnectionTo(IResource resource)
    {
        var database = resource is PostgresDatabaseResource named ? $";Database={named.DatabaseName}" : "";
        return Text.Of($"Host={Host};Port={ClientPort};Username={_user.Placeholder};Password={_password.Placeholder}{database}{Text.Only(IsExternal & _parameters.IsSet, Text.Of($";{_parameters}"))}");
    }

    public override IEnumerable<ChartDocument> Documents()
    {
        var server = Server();
        var folder = $"templates/{Name}";
        yield return new($"{folder}/statefulset.yaml", server.StatefulSet(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.ClientService(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.Headless(), IsEmbedded);
        yield return new($"{folder}/poddisruptionbudget.yaml", server.Budget(), IsEmbedded);
        yield return new($"{folder}/cluster.yaml", Cluster(), IsOperated);
    }

    private EmbeddedServer Server() => new(Chart, Name, Embedded)
    {
        Ports = [.. Ports()],
        Secrets = Secrets,
        DataFolder = "/var/lib/postgresql/data",
        Scratch =
        [
            ("tmp", new EmptyDirVolume { SizeLimit = "256Mi" }, "/tmp"),
            ("run", new EmptyDirVolume { SizeLimit = "16Mi" }, "/var/run/postgresql"),
            // Parallel queries share memory through it; a container's own has 64 MB.
            ("shm", new EmptyDirVolume { Medium = "Memory", SizeLimit = "256Mi" }, "/dev/shm"),
        ],
        Container = new Container
        {
            Name = "postgres",
            Image = Embedded.Image,
            Resources = Embedded.Resources,
            Args =
            [
                "postgres", "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "jit=off",
                "-c", "wal_compression=on", "-c", "max_wal_size=1GB", "-c", "checkpoint_timeout=15min",
            ],
            Env =
            [
                new EnvVar("POSTGRES_USER_FILE") { Value = PathOf(_user) },
                new EnvVar("POSTGRES_PASSWORD_FILE") { Value = PathOf(_password) },
                new EnvVar("POSTGRES_DB") { Value = _database },
                new EnvVar("POSTGRES_HOST_AUTH_METHOD") { Value = "scram-sha-256" },
                new EnvVar("POSTGRES_INITDB_ARGS") { Value = "--auth-host=scram-sha-256 --auth-local=scram-sha-256" },
                // A folder below the volume's root, which may hold lost+found and belong to somebody else.
                new EnvVar("PGDATA") { Value = "/var/lib/postgresql/data/pgdata" },
            ],
            StartupProbe = new Probe { Exec = Ready, PeriodSeconds = 5, FailureThreshold = 240 },
            ReadinessProbe = new Probe { Exec = Ready },
            LivenessProbe = new Probe { Exec = Ready, PeriodSeconds = 20, FailureThreshold = 6 },
        },
    };

    private PostgresCluster Cluster() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new PostgresClusterSpec
        {
            Instances = _instances,
            ImageName = Field.IfSet(_operatorImage),
            Storage = new ClusterStorage { Size = Embedded.Size, StorageClass = Field.IfSet(Embedded.StorageClass) },
            Resources = Embedded.Resources,
            Bootstrap = new ClusterBootstrap(new ClusterInit(_database, Chart.Release.Chart)),
        },
    };
}

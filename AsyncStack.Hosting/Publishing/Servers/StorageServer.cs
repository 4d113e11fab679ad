using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>Object storage: an S3 server as a StatefulSet, a user of a Ceph object store by Rook, or any S3 service.</summary>
internal sealed class StorageServer : PublishedServer
{
    private readonly Setting<string> _store;
    private readonly Setting<string> _namespace;
    private readonly Setting<string> _scheme;
    private readonly Setting<string> _region;
    private readonly PublishedSecret _accessKey;
    private readonly PublishedSecret _secretKey;

    public StorageServer(ChartContext chart, MinioResource resource)
        : base(chart, resource, Traits)
    {
        _store = Operator.Text("store", "objectstore", "Name of the CephObjectStore.");
        _namespace = Operator.Text("namespace", "rook-ceph", "Namespace of the CephObjectStore; its allowUsersInNamespaces has to name the release's.");
        _scheme = External.Section.Choice("scheme", "https", "http only within a network of your own.", "https", "http");
        _region = External.Section.Text("region", "us-east-1", "Its region.");
        PublicEndpoint = Values.Text("publicEndpoint", "", "Address under which callers reach the storage, put into signed URLs: https://files.example.com; empty for the inner address.", "^(https?://.+)?$");
        var secret = Text.Of($"rook-ceph-object-user-{_store}-{chart.Release.NameOf(Name)}");
        _accessKey = Secret($"{Name}-access-key", 20, null, secret, "AccessKey", External.Key("accessKey"));
        _secretKey = Secret($"{Name}-secret-key", 40, null, secret, "SecretKey", External.Key("secretKey"));
    }

    public Setting<string> PublicEndpoint { get; }

    public override IReadOnlyList<PublishedSecret> Secrets => [_accessKey, _secretKey];

    // Rook's gateways run in a namespace of their own.
    public override Labels? OperatorPods => null;

    /// <summary>The namespace that the operator's store is in.</summary>
    public Setting<string> OperatorNamespace => _namespace;

    protected override Text OperatorHost => Text.Of($"rook-ceph-rgw-{_store}.{_namespace}.svc");

    private static ServerTraits Traits { get; } = new(
        "Object storage by the S3 protocol: datasets and large results.",
        """
        embedded  one StatefulSet of the chart
        operator  a user of a Ceph object store, made by Rook, which has to be installed
        external  any S3 service
        """,
        "Rook, for mode operator.",
        9000)
    {
        User = 1000,
        Resources = ResourceRequirements.Of("50m", "192Mi", "2", "1Gi"),
        Storage = "20Gi",
        ExternalKeys = [("accessKey", "access-key", "Key of the access key in existingSecret."), ("secretKey", "secret-key", "Key of the secret key in existingSecret.")],
    };

    protected override Text ConnectionTo(IResource resource)
    {
        var address = Pick(
            Text.Of($"http://{Chart.Release.NameOf(Name)}:{Port}"),
            Text.Of($"http://{OperatorHost}"),
            Text.Of($"{_scheme}://{External.Host}:{External.Port}"));
        var region = Text.Choose(IsExternal, _region.AsText(), MinioResource.Region);
        var outside = Text.Only(PublicEndpoint.IsSet, Text.Of($";PublicEndpoint={PublicEndpoint}"));
        return Text.Of($"Driver=s3;Endpoint={address};AccessKey={_accessKey.Placeholder};SecretKey={_secretKey.Placeholder};Region={region}{outside}");
    }

    public override IEnumerable<ChartDocument> Documents()
    {
        var server = Server();
        var folder = $"templates/{Name}";
        yield return new($"{folder}/statefulset.yaml", server.StatefulSet(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.ClientService(), IsEmbedded);
        yield return new($"{folder}/services.yaml", server.Headless(), IsEmbedded);
        yield return new($"{folder}/poddisruptionbudget.yaml", server.Budget(), IsEmbedded);
        yield return new($"{folder}/cephobjectstoreuser.yaml", StoreUser(), IsOperated);
    }

    private EmbeddedServer Server() => new(Chart, Name, Embedded)
    {
        Ports = [.. Ports()],
        Secrets = Secrets,
        DataFolder = "/data",
        GracePeriod = 60,
        Scratch = [("tmp", new EmptyDirVolume { SizeLimit = "256Mi" }, "/tmp")],
        Container = new Container
        {
            Name = "s3",
            Image = Embedded.Image,
            Resources = Embedded.Resources,
            Args = ["server", "/data", "--address", $":{Port}"],
            Env =
            [
                new EnvVar("MINIO_ROOT_USER_FILE") { Value = PathOf(_accessKey) },
                new EnvVar("MINIO_ROOT_PASSWORD_FILE") { Value = PathOf(_secretKey) },
                new EnvVar("MINIO_BROWSER") { Value = "off" },
                // It would ask the internet for new versions.
                new EnvVar("MINIO_UPDATE") { Value = "off" },
                new EnvVar("HOME") { Value = "/tmp" },
            ],
            StartupProbe = new Probe { HttpGet = new HttpGetAction("/minio/health/ready", "http"), PeriodSeconds = 2, FailureThreshold = 90 },
            ReadinessProbe = new Probe { HttpGet = new HttpGetAction("/minio/health/ready", "http") },
            LivenessProbe = new Probe { HttpGet = new HttpGetAction("/minio/health/live", "http"), PeriodSeconds = 20, FailureThreshold = 6 },
        },
    };

    private CephObjectStoreUser StoreUser() => new()
    {
        Metadata = Chart.Release.Meta(Name),
        Spec = new CephObjectStoreUserSpec { Store = _store, ClusterNamespace = _namespace, DisplayName = Chart.Release.NameOf(Name) },
    };
}

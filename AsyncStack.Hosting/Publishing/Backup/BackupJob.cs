using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Backup;

/// <summary>Dumps the database on a schedule; the image of a service stores the dump and removes old ones.</summary>
internal sealed class BackupJob
{
    public const string Name = "backup";
    private const string Folder = "/backup";
    private readonly ChartContext _chart;
    private readonly PublishedService _service;
    private readonly BackupAnnotation _hint;
    private readonly PostgresServer _server;
    private readonly Setting<bool> _enabled;
    private readonly Setting<string> _schedule;
    private readonly Setting<int> _keep;
    private readonly Setting<string> _image;
    private readonly Setting<string> _size;
    private readonly Setting<ResourceRequirements> _resources;

    public BackupJob(ChartContext chart, PublishedService service, BackupAnnotation hint, PostgresServer server)
    {
        (_chart, _service, _hint, _server) = (chart, service, hint, server);
        var values = chart.Root.Section(Name, "Dumps of the database, kept in object storage. Operators and clouds have better: continuous archives.");
        _enabled = values.Flag("enabled", false, "Whether they are made.");
        _schedule = values.Text("schedule", "17 2 * * *", "When, in cron's notation and UTC.", "^[^ ]+( [^ ]+){4}$");
        _keep = values.Number("keep", 14, "Dumps that are kept.", 1);
        _image = values.Text("image", "", "Image with pg_dump, of the server's version or later; empty for the server's own.");
        _size = values.Quantity("scratchSize", "4Gi", "Room for a dump before it is stored.");
        _resources = values.Resources(ResourceRequirements.Of("50m", "128Mi", "1", "512Mi"));
    }

    public Condition IsOn => _enabled.IsSet;

    /// <summary>It connects to what the service does, and to the database.</summary>
    public IEnumerable<Edge> Edges => _service.Edges
        .Where(e => Stores(e.To) || e.To == _server.Name).Select(e => e with { From = Name }).Distinct();

    public ChartDocument Document() => new($"templates/{Name}/cronjob.yaml", Job(), IsOn);

    private IEnumerable<PublishedSecret> Secrets => _service.Secrets.Where(s => Variables.Any(v => v.Value.ByDefault.Contains(s.Placeholder, StringComparison.Ordinal)))
        .Concat(_server.Secrets).DistinctBy(s => s.Name);

    // The dump goes to object storage, so that connection and no other.
    private IEnumerable<(string Name, Text Value)> Variables => _service.Variables.Where(v => v.Value.ByDefault.Contains("Driver=s3", StringComparison.Ordinal));

    private bool Stores(string server) => Variables.Any(v => v.Name.EndsWith($"__{server}", StringComparison.Ordinal));

    private CronJob Job() => new()
    {
        Metadata = _chart.Release.Meta(Name),
        Spec = new CronJobSpec
        {
            Schedule = _schedule,
            TimeZone = "Etc/UTC",
            JobTemplate = new JobTemplate
            {
                Spec = new JobSpec
                {
                    ActiveDeadlineSeconds = 3600,
                    BackoffLimit = 2,
                    Template = new PodTemplate { Metadata = new ObjectMeta { Labels = _chart.Release.Selector(Name), Annotations = new Labels { More = _chart.Pods.Annotations } }, Spec = Pod() },
                },
            },
        },
    };

    private PodSpec Pod() => new()
    {
        ServiceAccountName = _chart.Release.FullName,
        RestartPolicy = "Never",
        SecurityContext = new PodSecurityContext { RunAsUser = DotnetImage.User, RunAsGroup = DotnetImage.User, FsGroup = DotnetImage.User },
        ImagePullSecrets = _chart.Images.PullSecrets,
        InitContainers = [Dump()],
        Containers = [Store()],
        Volumes =
        [
            new Volume("tmp") { EmptyDir = new EmptyDirVolume { SizeLimit = "64Mi" } },
            new Volume("backup") { EmptyDir = new EmptyDirVolume { SizeLimit = _size } },
            .. _chart.Credentials.Volumes(Secrets),
        ],
        NodeSelector = _chart.Pods.NodeSelector,
        Tolerations = _chart.Pods.Tolerations,
        Affinity = _chart.Pods.Affinity,
    };

    private Container Dump() => new()
    {
        Name = "dump",
        Image = Text.Action($"{_image.Code} | default {_server.Image.Code}", _server.Image.ByDefault),
        ImagePullPolicy = _chart.Images.PullPolicy,
        Command = ["sh", "-ec"],
        Args = [$"PGUSER=\"$(cat {_chart.Credentials.PathOf(_server.User)})\"\nPGPASSWORD=\"$(cat {_chart.Credentials.PathOf(_server.Password)})\"\nexport PGUSER PGPASSWORD\nexec pg_dump --format=custom --no-owner --no-privileges --file={Folder}/database.dump\n"],
        Env =
        [
            new EnvVar("PGHOST") { Value = _server.Host },
            new EnvVar("PGPORT") { Value = _server.ClientPort },
            new EnvVar("PGDATABASE") { Value = _hint.Database.DatabaseName },
            new EnvVar("HOME") { Value = "/tmp" },
        ],
        Resources = _resources,
        VolumeMounts = Mounts,
    };

    private Container Store() => new()
    {
        Name = "store",
        Image = _chart.Images.Of(_service.ImageName),
        ImagePullPolicy = _chart.Images.PullPolicy,
        Args = [.. _hint.Arguments.Select(a => (Field<string>)a), $"{Folder}/database.dump", "--keep", _keep.AsText()],
        Env = [new EnvVar("Secrets__Path") { Value = _chart.Credentials.Folder }, .. Variables.Select(v => (Field<EnvVar>)new EnvVar(v.Name) { Value = v.Value })],
        Resources = _resources,
        VolumeMounts = Mounts,
    };

    private Field<VolumeMount>[] Mounts => [new VolumeMount("tmp", "/tmp"), new VolumeMount("backup", Folder), _chart.Credentials.Mount];
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Backup;
using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Network;
using AsyncStack.Hosting.Publishing.Observability;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Traffic;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>The objects that a graph becomes in a cluster, with the values that decide about them.</summary>
internal sealed class ApplicationChart
{
    private readonly List<ChartDocument> _documents = [];
    private readonly List<ChartTemplate> _templates = [];

    public ApplicationChart(PublishedGraph graph)
    {
        Graph = graph;
        Context = graph.Chart;
        Telemetry = new TelemetryValues(Context);
        Network = new NetworkPolicyValues(Context.Root);
        Canary = new CanaryValues(Context.Root);
        Entry = graph.Services.FirstOrDefault(s => s.IsEntry)
            ?? throw new DistributedApplicationException("The graph has no entry: one resource has to have an endpoint for the outside (WithExternalHttpEndpoints).");
        Compose();
    }

    public PublishedGraph Graph { get; }

    public ChartContext Context { get; }

    public PublishedService Entry { get; }

    public IReadOnlyList<ChartDocument> Documents => _documents;

    /// <summary>Templates that only template code can say, and files that templates read.</summary>
    public IReadOnlyList<ChartTemplate> Templates => _templates;

    private TelemetryValues Telemetry { get; }

    private NetworkPolicyValues Network { get; }

    private CanaryValues Canary { get; }

    private void Compose()
    {
        var policies = new NetworkPolicies(Context, Network, Graph.Servers, Telemetry);
        var monitoring = new MonitoringValues(Telemetry.Section);
        _documents.Add(new("templates/serviceaccount.yaml", Account()));
        foreach (var server in Graph.Servers.All)
            _documents.AddRange(server.Documents());
        AddServices(policies, monitoring);
        AddExtras(policies, monitoring);
        _documents.AddRange(policies.Documents());
        var credentials = new CredentialObjects(Context);
        _documents.AddRange(credentials.Documents());
        _templates.Add(credentials.Generated());
    }

    private void AddServices(NetworkPolicies policies, MonitoringValues monitoring)
    {
        var migrations = Graph.Services.Where(s => s.IsMigrations).Select(s => new MigrationsJob(Context, s, Canary)).FirstOrDefault();
        if (migrations is not null)
            _documents.AddRange(migrations.Documents());
        foreach (var service in Graph.Services)
        {
            policies.Add(service.Edges);
            if (service.IsMigrations)
                continue;
            var values = new ServiceValues(Context.Root, service.Resource, $"The service {service.Name}.");
            var pod = new ServicePod(Context, service, values, migrations, Telemetry);
            _documents.AddRange(new ServiceWorkload(Context, service, values, pod, Graph.Servers) { Canary = AnswersRequests(service) ? Canary : null }.Documents());
            Connect(service, values, policies, monitoring);
        }
    }

    private void Connect(PublishedService service, ServiceValues values, NetworkPolicies policies, MonitoringValues monitoring)
    {
        if (service.IsEntry)
            policies.Open(service.Name, service.Ports.Select(p => p.Number));
        if (service.ReachesInternet)
            policies.ReachInternet(service.Name);
        if (service.IsProject)
            policies.PushTelemetry(service.Name);
        if (service.IsProject && service.Ports.FirstOrDefault(p => p.IsHttp) is { } port)
            policies.Scrape(service.Name, port.Number, monitoring.Monitors.IsSet);
        if (values.Autoscaling.Queues is { } queues)
            policies.Scale(queues.Broker.Name, values.Autoscaling.Mode.Is("keda"));
        // Whoever waits for the schema asks the database for it.
        if (service.Migrations is { } migrations)
            policies.Add(Graph.Services.First(s => s.Resource == migrations).Edges.Select(e => e with { From = service.Name }));
    }

    private void AddExtras(NetworkPolicies policies, MonitoringValues monitoring)
    {
        _documents.AddRange(new Routes(Context, new TrafficValues(Context.Root), Canary, Entry).Documents());
        foreach (var service in Graph.Services)
        {
            if (service.Resource.TryGetLastAnnotation<SmokeTestAnnotation>(out var test))
                AddSmokeTest(new SmokeTest(Context, service, test, Entry), policies);
            if (service.Resource.TryGetLastAnnotation<BackupAnnotation>(out var backup) && Graph.Servers.Find(backup.Database) is PostgresServer postgres)
                AddBackup(new BackupJob(Context, service, backup, postgres), policies);
        }

        _documents.AddRange(new Collector(Context, Telemetry).Documents());
        Context.Environment.TryGetLastAnnotation<MonitoringFilesAnnotation>(out var files);
        var objects = new MonitoringObjects(Context, monitoring, files);
        _documents.AddRange(objects.Documents(Graph.Services, Graph.Servers));
        foreach (var broker in Graph.Servers.All.OfType<RabbitMqServer>().Where(b => b.HasMetrics))
            policies.Scrape(broker.Name, 15692, monitoring.Monitors.IsSet);
        _templates.AddRange(objects.Templates());
        _documents.AddRange(new DebugPod(Context).Documents(Network));
    }

    private void AddSmokeTest(SmokeTest test, NetworkPolicies policies)
    {
        _documents.Add(test.Document(Context.Root));
        policies.Add([test.Edge]);
    }

    private void AddBackup(BackupJob backup, NetworkPolicies policies)
    {
        _documents.Add(backup.Document());
        policies.Add(backup.Edges, backup.IsOn);
    }

    // The entry, and all that it hands requests to.
    private bool AnswersRequests(PublishedService service) => service.IsEntry || Entry.Edges.Any(e => e.To == service.Name);

    private ServiceAccount Account() => new()
    {
        Metadata = new ObjectMeta
        {
            Name = Context.Release.FullName,
            Labels = Context.Release.LabelsOf("account"),
            Annotations = new Labels { More = Context.Pods.AccountAnnotations },
        },
    };
}

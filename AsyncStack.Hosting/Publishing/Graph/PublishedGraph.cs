using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Services;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Graph;

/// <summary>The graph, read for a cluster.</summary>
internal sealed class PublishedGraph
{
    private PublishedGraph(ChartContext chart, PublishedServers servers, IReadOnlyList<PublishedService> services) =>
        (Chart, Servers, Services) = (chart, servers, services);

    public ChartContext Chart { get; }

    public PublishedServers Servers { get; }

    public IReadOnlyList<PublishedService> Services { get; }

    /// <exception cref="DistributedApplicationException">The graph holds something that cannot be published; the message names it.</exception>
    public static async Task<PublishedGraph> ReadAsync(IReadOnlyCollection<IResource> graph, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var environment = graph.OfType<KubernetesEnvironmentResource>().SingleOrDefault()
            ?? throw new DistributedApplicationException("The graph names no cluster to be published to; add one with AddKubernetesEnvironment.");
        var chart = new ChartContext(environment);
        var servers = new PublishedServers(graph, chart);
        var ports = new PublishedPorts();
        var services = new List<PublishedService>();
        foreach (var resource in graph.Where(r => r is IComputeResource && servers.Find(r) is null))
            services.Add(await ReadAsync(resource, chart, servers, ports, execution, cancellationToken));
        return new PublishedGraph(chart, servers, services);
    }

    private static async Task<PublishedService> ReadAsync(
        IResource resource, ChartContext chart, PublishedServers servers, PublishedPorts ports, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        if (resource is ExecutableResource)
            throw new DistributedApplicationException($"'{resource.Name}' is a program of this machine, which cannot be published.");
        var values = new EnvironmentValues(resource, ports, servers, chart, chart.Release.NameOf);
        var own = ports.Of(resource);
        var variables = await values.VariablesAsync(execution, cancellationToken);
        foreach (var port in own.Where(p => p.Variable is not null))
            variables.Add((port.Variable!, port.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var arguments = await values.ArgumentsAsync(cancellationToken);
        // A client of the broker that gives up would only be started again: it waits for it as long as a start may take.
        if (values.Edges.Any(e => servers.All.Any(s => s is RabbitMqServer && s.Name == e.To)))
            variables.Add(("Aspire__RabbitMQ__Client__MaxConnectRetryCount", "60"));
        return new PublishedService(resource)
        {
            ImageName = ImageNameOf(resource),
            Ports = own,
            Variables = variables,
            Arguments = arguments,
            Secrets = values.Secrets,
            Edges = values.Edges,
            Files = [.. Files(resource)],
        };
    }

    private static string ImageNameOf(IResource resource)
    {
        if (!resource.TryGetLastAnnotation<ProjectMetadataAnnotation>(out var project))
            return resource.Name;
        var name = Path.GetFileNameWithoutExtension(project.Metadata.ProjectPath);
        return name[(name.LastIndexOf('.') + 1)..].ToLowerInvariant();
    }

    private static IEnumerable<(string Target, ChartFile File)> Files(IResource resource)
    {
        foreach (var mount in resource.GetAnnotations<ContainerMountAnnotation>())
        {
            if (mount.Type == ContainerMountType.Volume)
                throw new DistributedApplicationException($"'{resource.Name}' keeps data in a volume and is no server that can be published.");
            if (!File.Exists(mount.Source))
                throw new DistributedApplicationException($"'{resource.Name}' mounts '{mount.Source}', which is no file; only files can be published.");
            yield return (mount.Target, new ChartFile($"files/{Path.GetFileName(mount.Source)}", File.ReadAllText(mount.Source)));
        }
    }
}

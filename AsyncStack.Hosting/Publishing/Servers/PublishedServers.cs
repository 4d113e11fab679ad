using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>The servers of the graph.</summary>
internal sealed class PublishedServers
{
    private readonly Dictionary<IResource, PublishedServer> _servers = [];

    public PublishedServers(IReadOnlyCollection<IResource> graph, ChartContext chart)
    {
        foreach (var resource in graph)
        {
            if (Create(resource, graph, chart) is { } server)
                _servers[resource] = server;
        }
    }

    public IEnumerable<PublishedServer> All => _servers.Values;

    /// <summary>The server that a resource is, or lives in.</summary>
    public PublishedServer? Find(IResource resource) =>
        _servers.TryGetValue(resource, out var server) ? server
        : resource is IResourceWithParent child ? Find(child.Parent) : null;

    private static PublishedServer? Create(IResource resource, IReadOnlyCollection<IResource> graph, ChartContext chart) => resource switch
    {
        PostgresServerResource postgres => new PostgresServer(chart, postgres, DatabaseOf(postgres, graph)),
        RedisResource redis => new RedisServer(chart, redis),
        RabbitMQServerResource broker => new RabbitMqServer(chart, broker),
        MinioResource storage => new StorageServer(chart, storage),
        _ => null,
    };

    // Images and operators make one database; a graph that asks for more would start without the others.
    private static string DatabaseOf(PostgresServerResource server, IReadOnlyCollection<IResource> graph)
    {
        var databases = graph.OfType<PostgresDatabaseResource>().Where(d => ReferenceEquals(d.Parent, server)).ToList();
        return databases.Count == 1
            ? databases[0].DatabaseName
            : throw new DistributedApplicationException($"Server '{server.Name}' has {databases.Count} databases; exactly one can be published.");
    }
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.State;

namespace AsyncStack.Hosting.Running;

/// <summary>Gives every endpoint its address, and replicas that share one a balancer.</summary>
internal sealed class EndpointAllocation(GraphState state, ResourceLoggerService logs) : IAsyncDisposable
{
    /// <summary>Loopback by number: the name would be tried as IPv6 first, where most servers don't listen.</summary>
    public const string Address = "127.0.0.1";

    private readonly PortAllocator _ports = new();
    private readonly List<TcpBalancer> _balancers = [];
    private readonly Dictionary<string, int> _chosen = new(StringComparer.Ordinal);

    /// <param name="resources">The graph.</param>
    /// <param name="listensInside">Whether a resource's processes listen on ports of their own network, as published containers do.</param>
    public void Allocate(IEnumerable<IResource> resources, Func<IResource, bool> listensInside)
    {
        foreach (var resource in resources)
            foreach (var endpoint in resource.GetAnnotations<EndpointAnnotation>().ToList())
                endpoint.AllocatedEndpoint = Allocate(resource, endpoint, listensInside(resource));
        state.SetPorts(_chosen);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var balancer in _balancers)
            await balancer.DisposeAsync();
        _ports.Dispose();
    }

    private AllocatedEndpoint Allocate(IResource resource, EndpointAnnotation endpoint, bool listensInside)
    {
        var isProgram = resource is not ContainerResource;
        var replicas = resource.GetReplicaCount();
        var fixedTarget = isProgram ? endpoint.TargetPort : null;
        var port = Choose(resource, endpoint, endpoint.Port ?? (replicas == 1 ? fixedTarget : null), endpoint.Name);
        if (listensInside)
            return new AllocatedEndpoint(endpoint.UriScheme, Address, port, [endpoint.TargetPort ?? port]);
        if (replicas == 1 && (fixedTarget is null || fixedTarget == port))
            return new AllocatedEndpoint(endpoint.UriScheme, Address, port, [port]);

        int[] targets = replicas == 1
            ? [fixedTarget!.Value]
            : [.. Enumerable.Range(0, replicas).Select(i => Choose(resource, endpoint, null, $"{endpoint.Name}/{i}"))];
        _balancers.Add(TcpBalancer.Start(port, targets));
        return new AllocatedEndpoint(endpoint.UriScheme, Address, port, targets);
    }

    private int Choose(IResource resource, EndpointAnnotation endpoint, int? stated, string key)
    {
        var wanted = stated ?? state.GetPort($"{resource.Name}/{key}");
        var port = _ports.Allocate(wanted);
        if (stated is null)
            _chosen[$"{resource.Name}/{key}"] = port;
        else if (port != stated)
            logs.Append(resource.Name, $"Port {stated} of endpoint '{endpoint.Name}' is taken by another program; using {port} in this run.", isError: true);
        return port;
    }
}

using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Publishing.Graph;

/// <summary>The ports that resources listen on in their own pods.</summary>
internal sealed class PublishedPorts
{
    private const int FirstProgramPort = 8080;
    private readonly Dictionary<IResource, IReadOnlyList<PublishedPort>> _ports = [];

    /// <summary>The ports of a resource, in the order the graph declares them; those it leaves open count up from 8080.</summary>
    public IReadOnlyList<PublishedPort> Of(IResource resource)
    {
        if (!_ports.TryGetValue(resource, out var ports))
            _ports[resource] = ports = [.. resource.GetAnnotations<EndpointAnnotation>().Select(Port)];
        return ports;
    }

    /// <summary>The port of one endpoint.</summary>
    public PublishedPort Of(EndpointReference endpoint) =>
        Of(endpoint.Resource).First(p => string.Equals(p.Name, endpoint.EndpointAnnotation.Name, StringComparison.OrdinalIgnoreCase));

    private static PublishedPort Port(EndpointAnnotation endpoint, int index) => new(
        endpoint.Name,
        endpoint.TargetPort ?? FirstProgramPort + index,
        endpoint.UriScheme is "http" or "https",
        endpoint.Transport == "http2",
        endpoint.IsExternal,
        endpoint.TargetPortEnvironmentVariable);
}

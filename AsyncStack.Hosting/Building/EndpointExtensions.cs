using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>Declares and refers to endpoints.</summary>
public static class EndpointResourceBuilderExtensions
{
    /// <summary>Declares an endpoint.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="port">Port clients connect to; null for a free one that is kept over restarts.</param>
    /// <param name="targetPort">Port the process listens on, in its container if it has one; null for the client port.</param>
    /// <param name="scheme"><c>tcp</c> unless stated.</param>
    /// <param name="name">Unique on the resource; the scheme unless stated.</param>
    /// <param name="env">Variable that tells the process which port to listen on; such an endpoint is left out of <c>ASPNETCORE_URLS</c>.</param>
    /// <param name="isProxied">Replicas share one stable address.</param>
    /// <param name="isExternal">It is for people and systems outside the graph.</param>
    /// <exception cref="DistributedApplicationException">The resource has an endpoint of that name.</exception>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder,
        int? port = null,
        int? targetPort = null,
        string? scheme = null,
        string? name = null,
        string? env = null,
        bool isProxied = true,
        bool? isExternal = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(scheme, name: name, port: port, targetPort: targetPort, isExternal: isExternal, isProxied: isProxied)
        {
            TargetPortEnvironmentVariable = env,
        };
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, endpoint.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Endpoint with name '{endpoint.Name}' already exists on resource '{builder.Resource.Name}'; give the new one another name.");
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint, and declares it first where <paramref name="createIfNotExists"/> allows.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(e => string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
        if (endpoint is null && createIfNotExists)
            builder.WithAnnotation(endpoint = new EndpointAnnotation(name: endpointName));
        if (endpoint is not null)
            callback(endpoint);
        return builder;
    }

    /// <summary>Declares an HTTP endpoint, named <c>http</c> unless stated; the parameters mean what they mean for <c>WithEndpoint</c>.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool isProxied = true)
        where T : IResourceWithEndpoints
        => builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>All HTTP endpoints are for people and systems outside the graph.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsHttp))
            endpoint.IsExternal = true;
        return builder;
    }

    /// <summary>Refers to an endpoint, which may be declared later.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints
        => new(builder.Resource, name);

    /// <summary>Shows one more address for the resource.</summary>
    public static IResourceBuilder<T> WithUrl<T>(this IResourceBuilder<T> builder, string url, string? displayText = null)
        where T : IResource
        => builder.WithAnnotation(new ResourceUrlAnnotation { Url = url, DisplayText = displayText });

    /// <summary>Changes how an endpoint's address is shown.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResource
        => builder.WithAnnotation(new EndpointUrlCallbackAnnotation(endpointName, callback));
}

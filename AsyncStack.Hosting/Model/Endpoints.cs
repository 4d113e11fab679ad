using System.Globalization;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Something a resource listens on.</summary>
public sealed class EndpointAnnotation(
    string? uriScheme = null,
    string? transport = null,
    string? name = null,
    int? port = null,
    int? targetPort = null,
    bool? isExternal = null,
    bool isProxied = true) : IResourceAnnotation
{
    /// <summary>Unique on its resource; the scheme unless stated.</summary>
    public string Name { get; } = name ?? uriScheme ?? "tcp";

    /// <summary><c>http</c>, <c>https</c> or <c>tcp</c>.</summary>
    public string UriScheme { get; set; } = uriScheme ?? "tcp";

    /// <summary><c>http</c>, <c>http2</c> or <c>tcp</c>.</summary>
    public string Transport { get; set; } = transport ?? (uriScheme is "http" or "https" ? "http" : "tcp");

    /// <summary>The port clients connect to; null for a free one that is kept over restarts.</summary>
    public int? Port { get; set; } = port;

    /// <summary>The port the process listens on, inside its container if it has one.</summary>
    public int? TargetPort { get; set; } = targetPort;

    /// <summary>Named variable that tells the process which port to listen on.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    /// <summary>The endpoint is for people and systems outside the graph.</summary>
    public bool IsExternal { get; set; } = isExternal ?? false;

    /// <summary>Replicas share one stable address.</summary>
    public bool IsProxied { get; set; } = isProxied;

    /// <summary>Where clients connect; null before the graph starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    internal bool IsHttp => UriScheme is "http" or "https";
}

/// <summary>Where an endpoint listens in this run.</summary>
public sealed class AllocatedEndpoint(string scheme, string address, int port, IReadOnlyList<int> replicaPorts)
{
    /// <summary>Scheme of <see cref="UriString"/>.</summary>
    public string Scheme { get; } = scheme;

    /// <summary>Host or IP address.</summary>
    public string Address { get; } = address;

    /// <summary>The port clients connect to.</summary>
    public int Port { get; } = port;

    /// <summary>The port each replica listens on.</summary>
    public IReadOnlyList<int> ReplicaPorts { get; } = replicaPorts;

    /// <summary>Address and port.</summary>
    public string EndPointString => string.Create(CultureInfo.InvariantCulture, $"{Address}:{Port}");

    /// <summary>The whole address.</summary>
    public string UriString => $"{Scheme}://{EndPointString}";
}

/// <summary>Part of an endpoint's address.</summary>
public enum EndpointProperty
{
    /// <summary>The whole address.</summary>
    Url,

    /// <summary>The host.</summary>
    Host,

    /// <summary>The host as an IPv4 address.</summary>
    IPV4Host,

    /// <summary>The port clients connect to.</summary>
    Port,

    /// <summary>The scheme.</summary>
    Scheme,

    /// <summary>The port the process itself listens on.</summary>
    TargetPort,

    /// <summary>Host and port with a colon between.</summary>
    HostAndPort,
}

/// <summary>A promise of an endpoint's address, kept when the graph starts.</summary>
public sealed class EndpointReference : IManifestExpressionProvider, IValueProvider
{
    private readonly EndpointAnnotation? _annotation;

    /// <summary>Refers to an endpoint by name; it may be declared later.</summary>
    public EndpointReference(IResourceWithEndpoints owner, string endpointName)
    {
        Resource = owner;
        EndpointName = endpointName;
    }

    /// <summary>Refers to a declared endpoint.</summary>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint)
        : this(owner, endpoint.Name)
        => _annotation = endpoint;

    /// <summary>The resource that listens.</summary>
    public IResourceWithEndpoints Resource { get; }

    /// <summary>The endpoint's name.</summary>
    public string EndpointName { get; }

    /// <summary>Whether the endpoint is declared.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether the address is known.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether it speaks HTTP.</summary>
    public bool IsHttp => EndpointAnnotation.IsHttp;

    /// <summary>The declaration.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public EndpointAnnotation EndpointAnnotation => Find()
        ?? throw new InvalidOperationException($"Resource '{Resource.Name}' has no endpoint named '{EndpointName}'; declare it with WithHttpEndpoint or WithEndpoint.");

    /// <summary>The whole address.</summary>
    public string Url => Allocated.UriString;

    /// <summary>The host.</summary>
    public string Host => Allocated.Address;

    /// <summary>The port clients connect to.</summary>
    public int Port => Allocated.Port;

    /// <summary>The port the process itself listens on, where that is stated.</summary>
    public int? TargetPort => EndpointAnnotation.TargetPort;

    /// <summary>The scheme.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <inheritdoc />
    public string ValueExpression => Expression("url");

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"Endpoint '{EndpointName}' of resource '{Resource.Name}' has no address before the graph is started.");

    /// <summary>A part of the address, for use in an expression.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    internal string Expression(string property) => $"{{{Resource.Name}.bindings.{EndpointName}.{property}}}";

    internal int PortOfReplica(int replica)
    {
        var ports = Allocated.ReplicaPorts;
        return ports[replica < ports.Count ? replica : 0];
    }

    private EndpointAnnotation? Find() => _annotation
        ?? Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A promise of part of an endpoint's address.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IManifestExpressionProvider, IValueProvider
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpoint;

    /// <summary>The part.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc />
    public string ValueExpression => Endpoint.Expression(char.ToLowerInvariant(Property.ToString()[0]) + Property.ToString()[1..]);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
        => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc />
    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => new(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
        EndpointProperty.Port => Text(Endpoint.Port),
        EndpointProperty.Scheme => Endpoint.Scheme,
        // Each replica listens on its own port, and only its own is of use to it.
        EndpointProperty.TargetPort => Text(Endpoint.PortOfReplica(context.Replica)),
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Text(Endpoint.Port)}",
        _ => throw new InvalidOperationException($"Endpoints have no property '{Property}'."),
    });

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}

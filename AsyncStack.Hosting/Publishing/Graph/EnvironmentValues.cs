using System.Globalization;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Graph;

/// <summary>
/// Says what one resource's variables and arguments are in a cluster: promises of the graph become names of Services, settings and
/// placeholders of secrets. What was asked for on the way is what the resource may connect to and the secrets it may see.
/// </summary>
internal sealed class EnvironmentValues(IResource resource, PublishedPorts ports, PublishedServers servers, ChartContext chart, Func<string, Text> serviceName)
{
    private readonly List<Edge> _edges = [];
    private readonly List<PublishedSecret> _secrets = [];

    public IReadOnlyList<Edge> Edges => [.. _edges.Distinct()];

    public IReadOnlyList<PublishedSecret> Secrets => [.. _secrets.DistinctBy(s => s.Name)];

    public async Task<List<(string Name, Text Value)>> VariablesAsync(DistributedApplicationExecutionContext execution, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, new Dictionary<string, object>(StringComparer.Ordinal), cancellationToken);
        foreach (var annotation in resource.GetAnnotations<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        return [.. context.EnvironmentVariables.Select(v => (v.Key, ValueOf(v.Value)))];
    }

    public async Task<List<Text>> ArgumentsAsync(CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], cancellationToken);
        foreach (var annotation in resource.GetAnnotations<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(context);
        return [.. context.Args.Select(ValueOf)];
    }

    private Text ValueOf(object? value) => value switch
    {
        ReferenceExpression expression => Join(expression),
        EndpointReference endpoint => Property(endpoint, EndpointProperty.Url),
        EndpointReferenceExpression part => Property(part.Endpoint, part.Property),
        ParameterResource parameter => Parameter(parameter),
        IResourceWithConnectionString source => Connection(source),
        OptionalValue optional => ValueOf(optional.Resource),
        IValueProvider other => throw new DistributedApplicationException($"Resource '{resource.Name}' has a value of type {other.GetType().Name}, which cannot be published."),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private Text Join(ReferenceExpression expression)
    {
        var values = expression.ValueProviders.Select(ValueOf).ToList();
        return new Text(
            string.Format(CultureInfo.InvariantCulture, expression.Format, [.. values.Select(v => v.Template)]),
            string.Format(CultureInfo.InvariantCulture, expression.Format, [.. values.Select(v => v.ByDefault)]));
    }

    private Text Property(EndpointReference endpoint, EndpointProperty property)
    {
        var port = ports.Of(endpoint);
        if (property == EndpointProperty.TargetPort)
            return Number(port.Number);
        if (!ReferenceEquals(endpoint.Resource, resource))
            _edges.Add(new Edge(resource.Name, endpoint.Resource.Name, port.Name, port.Number));
        var host = servers.Find(endpoint.Resource)?.Host ?? serviceName(endpoint.Resource.Name);
        return property switch
        {
            EndpointProperty.Url => Text.Of($"{endpoint.Scheme}://{host}:{Number(port.Number)}"),
            EndpointProperty.Host or EndpointProperty.IPV4Host => host,
            EndpointProperty.Port => Number(port.Number),
            EndpointProperty.Scheme => endpoint.Scheme,
            EndpointProperty.HostAndPort => Text.Of($"{host}:{Number(port.Number)}"),
            _ => throw new InvalidOperationException($"Endpoints have no property '{property}'."),
        };
    }

    private Text Parameter(ParameterResource parameter)
    {
        if (!parameter.Secret)
            return parameter.Default?.GetDefaultValue() ?? throw new DistributedApplicationException($"Parameter '{parameter.Name}' has no default to be published; make it secret, or give it one.");
        var length = parameter.Default is GenerateParameterDefault generated ? generated.MinLength : 32;
        var secret = chart.Credentials.Declare(parameter.Name, length);
        _secrets.Add(secret);
        return secret.Placeholder;
    }

    private Text Connection(IResourceWithConnectionString source)
    {
        var server = servers.Find(source) ?? throw new DistributedApplicationException($"'{source.Name}' has a connection string and is no server that can be published.");
        _secrets.AddRange(server.Secrets);
        _edges.Add(new Edge(resource.Name, server.Name, server.ClientEndpoint, server.Port));
        return server.ConnectionString(source);
    }

    private static Text Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

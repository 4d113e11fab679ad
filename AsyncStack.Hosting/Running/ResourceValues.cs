using System.Globalization;
using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>Evaluates what the graph promised: environment and arguments of one start of one replica.</summary>
internal sealed class ResourceValues(DistributedApplicationExecutionContext executionContext, DistributedApplicationModel model, SecretParameters secrets)
{
    public async Task<Dictionary<string, string>> EnvironmentAsync(
        IResource resource, int replica, Dictionary<string, object> initial, CancellationToken cancellationToken)
    {
        foreach (var known in model.Resources)
            secrets.Collect(known);
        var context = new EnvironmentCallbackContext(executionContext, resource, initial, cancellationToken);
        foreach (var annotation in resource.GetAnnotations<EnvironmentCallbackAnnotation>().ToList())
            await annotation.Callback(context);

        var evaluated = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            secrets.Collect(value);
            if (await EvaluateAsync(resource, replica, value, $"environment variable '{name}'", cancellationToken) is { } text)
                evaluated[name] = text;
        }

        foreach (var endpoint in PortVariables(resource))
            evaluated[endpoint.TargetPortEnvironmentVariable!] = ListeningPort(endpoint, replica).ToString(CultureInfo.InvariantCulture);
        return evaluated;
    }

    public static async Task<List<string>> ArgumentsAsync(IResource resource, int replica, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], cancellationToken);
        foreach (var annotation in resource.GetAnnotations<CommandLineArgsCallbackAnnotation>().ToList())
            await annotation.Callback(context);

        var evaluated = new List<string>(context.Args.Count);
        foreach (var value in context.Args)
            if (await EvaluateAsync(resource, replica, value, "argument", cancellationToken) is { } text)
                evaluated.Add(text);
        return evaluated;
    }

    /// <summary>The port a replica itself listens on.</summary>
    public static int ListeningPort(EndpointAnnotation endpoint, int replica)
        => endpoint.AllocatedEndpoint!.ReplicaPorts[Math.Min(replica, endpoint.AllocatedEndpoint.ReplicaPorts.Count - 1)];

    /// <summary>Where this process reaches a replica.</summary>
    public static int ReachablePort(EndpointAnnotation endpoint, int replica)
        => endpoint.AllocatedEndpoint!.ReplicaPorts.Count > 1 ? ListeningPort(endpoint, replica) : endpoint.AllocatedEndpoint.Port;

    private static IEnumerable<EndpointAnnotation> PortVariables(IResource resource)
        => resource.GetAnnotations<EndpointAnnotation>().Where(e => e.TargetPortEnvironmentVariable is not null);

    private static async ValueTask<string?> EvaluateAsync(IResource resource, int replica, object value, string what, CancellationToken cancellationToken)
    {
        if (value is not IValueProvider provider)
            return Convert.ToString(value, CultureInfo.InvariantCulture);
        try
        {
            return await provider.GetValueAsync(new ValueProviderContext { Caller = resource, Replica = replica }, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidOperationException or MissingParameterValueException)
        {
            throw new DistributedApplicationException($"The {what} of resource '{resource.Name}' has no value: {exception.Message}", exception);
        }
    }
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Access;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Hosting.Testing;

/// <summary>What tests ask of a started graph.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>A client of a resource's HTTP endpoint.</summary>
    /// <param name="app">The started graph.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="endpointName">The endpoint; the first HTTP endpoint unless stated.</param>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
        => new() { BaseAddress = app.GetEndpoint(resourceName, endpointName) };

    /// <summary>Where a resource listens.</summary>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    /// <exception cref="InvalidOperationException">The graph is not started.</exception>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var resource = Find(app, resourceName);
        var endpoints = resource.GetAnnotations<EndpointAnnotation>().ToList();
        var endpoint = endpointName is null
            ? endpoints.FirstOrDefault(e => e.IsHttp) ?? endpoints.FirstOrDefault()
            : endpoints.FirstOrDefault(e => string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
        if (endpoint is null)
            throw new ArgumentException($"Resource '{resourceName}' has no endpoint{(endpointName is null ? "" : $" '{endpointName}'")}.", nameof(endpointName));
        return new Uri(endpoint.AllocatedEndpoint?.UriString ?? throw new InvalidOperationException("The graph is not started."));
    }

    /// <summary>How clients connect to a resource.</summary>
    /// <exception cref="ArgumentException">There is no such resource, or it has no connection string.</exception>
    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default)
        => Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"Resource '{resourceName}' has no connection string.", nameof(resourceName));

    /// <summary>Starts a stopped resource, once what it waits for allows.</summary>
    public static Task StartResourceAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default)
        => app.ResourceCommands.StartAsync(resourceName, cancellationToken);

    /// <summary>Stops a resource; it stays stopped until it is started.</summary>
    public static Task StopResourceAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default)
        => app.ResourceCommands.StopAsync(resourceName, cancellationToken);

    /// <summary>Kills a resource's processes, or one replica's, as a crash would; it is started again as after a crash.</summary>
    /// <param name="app">The started graph.</param>
    /// <param name="resourceName">The resource.</param>
    /// <param name="replica">The replica, from 0; all unless stated.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task KillResourceAsync(this DistributedApplication app, string resourceName, int? replica = null, CancellationToken cancellationToken = default)
        => app.ResourceCommands.KillAsync(resourceName, replica, cancellationToken);

    /// <summary>What a resource has written.</summary>
    public static IReadOnlyList<LogLine> GetLogs(this DistributedApplication app, string resourceName)
        => app.Services.GetRequiredService<ResourceLoggerService>().GetLines(resourceName);

    /// <summary>A link that logs a browser or <see cref="HttpClient"/> with cookies into the dashboard, once; the next call gives another.</summary>
    /// <exception cref="InvalidOperationException">The graph is not started, or has no dashboard, as graphs of tests unless asked for.</exception>
    public static Uri GetDashboardLoginUrl(this DistributedApplication app)
        => new(app.Services.GetRequiredService<LoginLink>().Current
            ?? throw new InvalidOperationException("No dashboard listens: start the graph, and build it with (options, _) => options.DisableDashboard = false."));

    private static IResource Find(DistributedApplication app, string resourceName)
    {
        var resources = app.Services.GetRequiredService<DistributedApplicationModel>().Resources;
        return resources.FirstOrDefault(r => string.Equals(r.Name, resourceName, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"The graph has no resource '{resourceName}'; it has: {string.Join(", ", resources.Select(r => r.Name))}.", nameof(resourceName));
    }
}

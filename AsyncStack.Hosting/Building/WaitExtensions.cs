using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>Start order and health.</summary>
public static class WaitResourceBuilderExtensions
{
    /// <summary>Starts only once the dependency runs and is healthy; fails if it fails or ends.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilHealthy, 0);

    /// <summary>Starts only once the dependency runs, healthy or not.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilStarted, 0);

    /// <summary>Starts only once the dependency has ended with an exit code; fails if it ends with another. Such a dependency is never restarted.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitForCompletion, exitCode);

    /// <summary>The resource does not start with the graph, only on command.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource
        => builder.WithAnnotation(new ExplicitStartupAnnotation(), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>The resource is healthy when GET on an HTTP endpoint of it gives the expected status.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path"><c>/</c> unless stated.</param>
    /// <param name="statusCode">200 unless stated.</param>
    /// <param name="endpointName">The first HTTP endpoint unless stated.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
        => builder.WithAnnotation(new HttpHealthCheckAnnotation(endpointName, path ?? "/", statusCode ?? 200));

    /// <summary>The resource is healthy when a health check registered in <c>builder.Services</c> is.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
        => builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>A probe for the orchestrator that the graph is published to; locally health checks decide.</summary>
    public static IResourceBuilder<T> WithHttpProbe<T>(
        this IResourceBuilder<T> builder,
        ProbeType type,
        string? path = null,
        int? initialDelaySeconds = null,
        int? periodSeconds = null,
        int? timeoutSeconds = null,
        int? failureThreshold = null,
        int? successThreshold = null,
        string? endpointName = null)
        where T : IResourceWithEndpoints, IResourceWithProbes
        => builder.WithAnnotation(new EndpointProbeAnnotation
        {
            Type = type,
            EndpointReference = builder.GetEndpoint(endpointName ?? "http"),
            Path = path ?? "/",
            InitialDelaySeconds = initialDelaySeconds ?? 5,
            PeriodSeconds = periodSeconds ?? 5,
            TimeoutSeconds = timeoutSeconds ?? 1,
            FailureThreshold = failureThreshold ?? 3,
            SuccessThreshold = successThreshold ?? 1,
        });

    private static IResourceBuilder<T> Wait<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type, int exitCode)
        where T : IResourceWithWaitSupport
    {
        if (ReferenceEquals(builder.Resource, dependency.Resource))
            throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' cannot wait for itself.");
        return builder.WithAnnotation(new WaitAnnotation(dependency.Resource, type, exitCode));
    }
}

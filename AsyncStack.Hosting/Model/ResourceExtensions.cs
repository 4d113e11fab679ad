using System.Diagnostics.CodeAnalysis;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Reads what the graph says about a resource.</summary>
public static class ResourceExtensions
{
    /// <summary>The last annotation of a kind: the one stated last wins.</summary>
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        annotation = resource.Annotations.OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    /// <summary>All annotations of a kind, in the order stated.</summary>
    public static IEnumerable<T> GetAnnotations<T>(this IResource resource)
        where T : IResourceAnnotation
        => resource.Annotations.OfType<T>();

    /// <summary>Whether the resource has an annotation of a kind.</summary>
    public static bool HasAnnotationOfType<T>(this IResource resource)
        where T : IResourceAnnotation
        => resource.Annotations.OfType<T>().Any();

    /// <summary>References to all endpoints of a resource.</summary>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource)
        => resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new EndpointReference(resource, endpoint));

    /// <summary>A reference to one endpoint, which may be declared later.</summary>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName)
        => new(resource, endpointName);

    /// <summary>Number of processes that run the resource; 1 unless <c>WithReplicas</c> says otherwise.</summary>
    public static int GetReplicaCount(this IResource resource)
        => resource.TryGetLastAnnotation<ReplicaAnnotation>(out var annotation) ? annotation.Replicas : 1;
}

using System.Collections.ObjectModel;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>One box of the architecture diagram: a server, a service, a value.</summary>
public interface IResource
{
    /// <summary>The name, unique in the graph without regard to case.</summary>
    string Name { get; }

    /// <summary>Everything the graph says about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The facts about one resource, in the order they were stated.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>Base of all resources.</summary>
public abstract class Resource : IResource
{
    /// <param name="name">1 to 64 ASCII letters, digits and hyphens, starting with a letter.</param>
    /// <exception cref="ArgumentException">The name breaks that rule.</exception>
    protected Resource(string name)
    {
        ResourceName.Validate(name);
        Name = name;
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public ResourceAnnotationCollection Annotations { get; } = [];
}

/// <summary>A resource whose process takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource whose process takes arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that may wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that an orchestrator can probe.</summary>
public interface IResourceWithProbes : IResource;

/// <summary>A resource whose endpoints are given to clients as <c>services__name__endpoint__0</c>.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>A resource that runs something on a machine or in a cluster.</summary>
public interface IComputeResource : IResource;

/// <summary>A resource that lives inside another.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource it lives in.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives inside another of a known kind.</summary>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The resource it lives in.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}

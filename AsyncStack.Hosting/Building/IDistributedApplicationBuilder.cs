using System.Reflection;
using AsyncStack.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting;

/// <summary>Builds a graph.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Settings of the AppHost: appsettings, environment, command line.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>Folder of the AppHost project; relative paths of the graph start here.</summary>
    string AppHostDirectory { get; }

    /// <summary>Assembly of the AppHost.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>Environment of the AppHost.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>Services of the AppHost, for example health checks.</summary>
    IServiceCollection Services { get; }

    /// <summary>Whether the graph runs or is published.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The resources so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Builds on a resource that is already there.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    /// <summary>Ends building.</summary>
    DistributedApplication Build();
}

/// <summary>The resources of a graph.</summary>
public interface IResourceCollection : IList<IResource>;

/// <summary>Builds on one resource.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    /// <summary>The resource.</summary>
    T Resource { get; }

    /// <summary>The graph.</summary>
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    /// <summary>States a fact about the resource.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation;
}

/// <summary>What a new annotation does to earlier ones of its kind.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>It comes after them.</summary>
    Append,

    /// <summary>It takes their place.</summary>
    Replace,
}

/// <summary>What is done with the graph.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>It runs on this machine.</summary>
    Run,

    /// <summary>Deployment artifacts are written from it.</summary>
    Publish,
}

/// <summary>What is done with the graph.</summary>
public sealed class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>What is done.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>It runs on this machine.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Deployment artifacts are written from it.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>The graph is wrong, or a resource did not come up; the message names it.</summary>
public sealed class DistributedApplicationException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and what caused it.</summary>
    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>What the build knows about a project; the classes in <c>Projects</c> implement it.</summary>
public interface IProjectMetadata
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>Absolute path of the built assembly; null for the usual place under <c>bin</c>.</summary>
    string? TargetPath => null;
}

using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>Adds projects and other programs.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>A project of the solution, run from its build output.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
        => builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectMetadataAnnotation(new TProject()));

    /// <summary>Runs so many processes of a project behind one address.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="replicas"/> is below 1.</exception>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>A program of this machine; a relative <paramref name="workingDirectory"/> starts at the AppHost's folder.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        var executable = builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)));
        return args is { Length: > 0 } ? executable.WithArgs(args) : executable;
    }

    /// <summary>Marks all endpoints of the resource as HTTP/2 without negotiation.</summary>
    public static IResourceBuilder<T> AsHttp2Service<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
        => builder.WithAnnotation(new Http2ServiceAnnotation(), ResourceAnnotationMutationBehavior.Replace);
}

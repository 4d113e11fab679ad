namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>A server that comes as a container image, or as a native program of the same name.</summary>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    /// <summary>Replaces the image's entrypoint.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}

/// <summary>Which image a container runs.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>Registry; null for the engine's default.</summary>
    public string? Registry { get; set; }

    /// <summary>Image without registry and tag.</summary>
    public required string Image { get; set; }

    /// <summary>Tag; null for <c>latest</c>.</summary>
    public string? Tag { get; set; }

    internal string FullName => Registry is null ? Image : $"{Registry}/{Image}";
}

/// <summary>What a mount takes in.</summary>
public enum ContainerMountType
{
    /// <summary>A file or folder of the host.</summary>
    BindMount,

    /// <summary>A volume that outlives the container.</summary>
    Volume,
}

/// <summary>A mount of a container.</summary>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>Absolute host path, or the volume's name.</summary>
    public string? Source { get; } = source;

    /// <summary>Absolute path inside the container.</summary>
    public string Target { get; } = target;

    /// <summary>What it takes in.</summary>
    public ContainerMountType Type { get; } = type;

    /// <summary>The container may not write to it.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
}

/// <summary>How long a container lives.</summary>
public enum ContainerLifetime
{
    /// <summary>As long as the graph.</summary>
    Session,

    /// <summary>Until somebody removes it.</summary>
    Persistent,
}

/// <summary>How long a container lives.</summary>
public sealed class ContainerLifetimeAnnotation : IResourceAnnotation
{
    /// <summary>How long.</summary>
    public required ContainerLifetime Lifetime { get; set; }
}

/// <summary>A program of this machine.</summary>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    /// <summary>Path, or a name looked up on the PATH.</summary>
    public string Command { get; } = command;

    /// <summary>Absolute folder the program starts in.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>A .NET project of the solution, run from its build output.</summary>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource;

/// <summary>What the build knows about a project; implemented by the generated classes in <c>Projects</c>.</summary>
internal sealed class ProjectMetadataAnnotation(IProjectMetadata metadata) : IResourceAnnotation
{
    public IProjectMetadata Metadata { get; } = metadata;
}

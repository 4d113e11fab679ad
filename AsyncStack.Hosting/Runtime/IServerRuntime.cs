namespace AsyncStack.Hosting.Runtime;

/// <summary>Everything a runtime needs to start one resource; the orchestrator has resolved every value.</summary>
/// <param name="Name">The resource's name in the graph; also the prefix of its log lines.</param>
/// <param name="DataDirectory">An absolute folder of this resource alone; kept over restarts of the same checkout unless the graph is throw-away.</param>
/// <param name="Ports">Allocated loopback port by endpoint name, for example <c>tcp</c> or <c>http</c>.</param>
/// <param name="Environment">Environment of the process or container, secrets included: never logged.</param>
/// <param name="Arguments">Arguments that the graph gave by <c>WithArgs</c>.</param>
/// <param name="UserName">User name of the server's administrator, where it has one.</param>
/// <param name="Password">Password of the server's administrator, where it has one.</param>
/// <param name="Container">How it runs as a container; a native runtime reads the mounts and files that its server's image would.</param>
/// <param name="Log">Receives each line the resource writes; the flag tells standard error from standard output.</param>
internal sealed record ResourceStart(
    string Name,
    string DataDirectory,
    IReadOnlyDictionary<string, int> Ports,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Arguments,
    string? UserName,
    string? Password,
    ContainerSpec Container,
    Action<string, bool> Log);

/// <summary>What a container engine has to know beyond <see cref="ResourceStart"/>.</summary>
/// <param name="Image">Image without tag, for example <c>postgres</c> or <c>quay.io/minio/minio</c>; its last segment names the native recipe.</param>
/// <param name="Tag">Tag of the image.</param>
/// <param name="Entrypoint">Replaces the image's entrypoint.</param>
/// <param name="Mounts">Volumes and bind mounts, sources absolute.</param>
/// <param name="TargetPorts">Port inside the container by endpoint name, to be published on loopback at <see cref="ResourceStart.Ports"/>.</param>
/// <param name="HostNetwork">The container shares the host's network and listens on the allocated ports itself; nothing is published.</param>
/// <param name="Persistent">The container outlives the graph (<c>ContainerLifetime.Persistent</c>).</param>
internal sealed record ContainerSpec(
    string Image,
    string Tag,
    string? Entrypoint,
    IReadOnlyList<ContainerMount> Mounts,
    IReadOnlyDictionary<string, int> TargetPorts,
    bool HostNetwork,
    bool Persistent)
{
    /// <summary>The graph is thrown away: its volumes outlive a stopped container, and are removed once the <see cref="IServerRuntimes"/> are disposed.</summary>
    public bool ThrowAway { get; init; }
}

/// <summary>One mount of a container.</summary>
/// <param name="Source">Absolute host path, or the volume's name.</param>
/// <param name="Target">Path inside the container.</param>
/// <param name="IsReadOnly">The container may not write to it.</param>
/// <param name="IsVolume">A named volume rather than a host path; natively <see cref="ResourceStart.DataDirectory"/> takes its place.</param>
internal sealed record ContainerMount(string Source, string Target, bool IsReadOnly, bool IsVolume);

/// <summary>A program of ours or of the user (project, executable) to run as a child that dies with this process.</summary>
/// <param name="Name">The resource's name, or that of its replica.</param>
/// <param name="FileName">Absolute path, or a name looked up on the PATH.</param>
/// <param name="WorkingDirectory">An absolute folder.</param>
/// <param name="Arguments">Passed as they are, no shell.</param>
/// <param name="Environment">Added to this process's own environment.</param>
/// <param name="Log">Receives each line the program writes; the flag tells standard error from standard output.</param>
internal sealed record ProgramStart(
    string Name,
    string FileName,
    string WorkingDirectory,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    Action<string, bool> Log);

/// <summary>Starts programs as the user that runs the graph. Implemented by Processes/ProgramRunner (parameterless constructor).</summary>
internal interface IProgramRunner
{
    /// <summary>Starts the program; it is gone, with its children, once this process is, however that ends.</summary>
    /// <exception cref="MissingProgramException">The program is not there.</exception>
    Task<IRunningResource> StartAsync(ProgramStart start, CancellationToken cancellationToken);
}

/// <summary>Chooses how servers run on this machine. Implemented by Native/ServerRuntimes (parameterless constructor).</summary>
internal interface IServerRuntimes
{
    /// <summary>
    /// The runtime for an image: a container where a healthy engine is found, else the native recipe named by the image's
    /// last segment (<c>postgres</c>, <c>redis</c>, <c>rabbitmq</c>, <c>minio</c>, <c>nginx</c>); <c>ASYNCSTACK_RUNTIME</c> forces one.
    /// </summary>
    /// <returns>The runtime and whether it is a container; null when there is neither engine nor recipe.</returns>
    /// <exception cref="InvalidOperationException">The forced runtime cannot be had.</exception>
    Task<ServerRuntimeChoice?> FindAsync(string image, CancellationToken cancellationToken);
}

/// <summary>A chosen runtime.</summary>
internal sealed record ServerRuntimeChoice(IServerRuntime Runtime, bool IsContainer);

/// <summary>A started process or container.</summary>
internal interface IRunningResource : IAsyncDisposable
{
    /// <summary>Process id on this machine; null where only the engine knows it.</summary>
    int? ProcessId { get; }

    /// <summary>Completes with the exit code once the resource has ended, whoever ended it.</summary>
    Task<int> Exited { get; }

    /// <summary>Asks it to stop and waits up to <paramref name="grace"/>, then ends it with every process it started; a zero grace kills at once.</summary>
    Task StopAsync(TimeSpan grace, CancellationToken cancellationToken);
}

/// <summary>Starts one kind of server, natively or in a container.</summary>
internal interface IServerRuntime
{
    /// <summary>Starts the server and returns as soon as its process runs; it need not answer yet.</summary>
    /// <exception cref="MissingProgramException">A program it needs is not installed.</exception>
    Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken);

    /// <summary>Asks the server itself whether it is ready for clients; null when it is, else the reason it is not.</summary>
    Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken);
}

/// <summary>A program is missing; the message names it and the one command that installs it.</summary>
internal sealed class MissingProgramException(string program, string installCommand)
    : Exception($"'{program}' is not installed. Install it with: {installCommand}")
{
    /// <summary>The one command that installs what is missing.</summary>
    public string InstallCommand { get; } = installCommand;
}

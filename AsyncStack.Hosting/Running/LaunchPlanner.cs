using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Runtime;
using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.State;

namespace AsyncStack.Hosting.Running;

/// <summary>Decides how each resource of the graph is started on this machine.</summary>
internal sealed class LaunchPlanner(
    IServerRuntimes runtimes,
    IProgramRunner programs,
    ResourceValues values,
    HealthProbes probes,
    GraphState state,
    ResourceNotificationService notifications,
    ProgramTelemetry telemetry,
    StartedEnvironments environments)
{
    private readonly Dictionary<IResource, ServerRuntimeChoice?> _choices = [];

    /// <summary>Looks for engines and recipes, and decides what plays the object storage's part.</summary>
    public async Task PrepareAsync(IEnumerable<IResource> resources, CancellationToken cancellationToken)
    {
        foreach (var container in resources.OfType<ContainerResource>())
        {
            _choices[container] = await ChooseAsync(container, cancellationToken);
            if (container is MinioResource storage)
                storage.Folder = _choices[container] is { Runtime: FolderStorage } ? FolderStorage.FolderOf(state.Data.For(storage.Name)) : null;
        }
    }

    /// <summary>Whether its processes listen in a network of their own.</summary>
    public bool ListensInside(IResource resource)
        => resource is ContainerResource container && _choices[resource] is { IsContainer: true } && !ServerLaunch.SharesHostNetwork(container);

    public ILaunch Plan(IResource resource) => resource switch
    {
        ContainerResource container => new ServerLaunch(container, ChoiceFor(container), values, probes, state, environments),
        ProjectResource or ExecutableResource => new ProgramLaunch(resource, values, probes, programs, telemetry, environments),
        PostgresDatabaseResource database => new DatabaseLaunch(database, notifications),
        IValueProvider value => new ValueLaunch(value),
        _ => throw new DistributedApplicationException($"Resource '{resource.Name}' is a {resource.GetType().Name}, which this version does not know how to run."),
    };

    // The folder needs neither engine nor image, so who asks for it gets it beside containers too.
    private async Task<ServerRuntimeChoice?> ChooseAsync(ContainerResource container, CancellationToken cancellationToken)
        => container is MinioResource && Environment.GetEnvironmentVariable(NativeStorage.Variable) == "file"
            ? new ServerRuntimeChoice(new FolderStorage(), IsContainer: false)
            : await runtimes.FindAsync(ImageOf(container).FullName, cancellationToken);

    private static ContainerImageAnnotation ImageOf(ContainerResource container)
        => container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? image
            : throw new DistributedApplicationException($"Container resource '{container.Name}' has no image; add it with AddContainer or call WithImage.");

    private ServerRuntimeChoice ChoiceFor(ContainerResource container) => _choices[container]
        ?? throw new DistributedApplicationException(
            $"Resource '{container.Name}' runs the image '{ImageOf(container).FullName}', for which there is neither a container engine nor a native recipe on this machine. "
            + "Install docker or podman and start it, or take the resource out of the graph (WithExplicitStart keeps it for later).");
}

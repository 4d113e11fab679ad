using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>What can be done with a resource as it is now.</summary>
internal sealed class ResourceCommands(ResourceCommandService service, ProjectBuilds builds)
{
    public IReadOnlyList<CommandView> Of(IResource resource, CustomResourceSnapshot now)
        => [.. HasProcess(resource) ? BuiltIn(resource, now) : [], .. resource.GetAnnotations<ResourceCommandAnnotation>().Select(c => Own(c, resource)).OfType<CommandView>()];

    private static bool HasProcess(IResource resource) => resource is ProjectResource or ExecutableResource or ContainerResource;

    private IEnumerable<CommandView> BuiltIn(IResource resource, CustomResourceSnapshot now)
    {
        var state = now.State?.Text ?? KnownResourceStates.Waiting;
        var isEnded = KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted;
        var isUp = !isEnded && state != KnownResourceStates.Stopping;
        yield return new CommandView(KnownResourceCommands.StartCommand, "Start", null, null, isEnded);
        yield return new CommandView(KnownResourceCommands.StopCommand, "Stop", null, null, isUp);
        yield return new CommandView(KnownResourceCommands.RestartCommand, "Restart", null, null, isUp);
        if (resource is ProjectResource)
            yield return new CommandView(
                KnownResourceCommands.RebuildCommand, "Rebuild", "Builds the project and restarts it; a failed build leaves what runs.", null, !builds.IsUnderWay(resource.Name));
    }

    private CommandView? Own(ResourceCommandAnnotation command, IResource resource) => service.StateOf(command, resource) switch
    {
        ResourceCommandState.Hidden => null,
        var state => new CommandView(
            command.Name, command.DisplayName, command.Options.Description, command.Options.ConfirmationMessage, state == ResourceCommandState.Enabled),
    };
}

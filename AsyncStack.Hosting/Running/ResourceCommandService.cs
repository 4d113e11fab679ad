using AsyncStack.Hosting.Running;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Commands every resource with a process has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it, if it is stopped.</summary>
    public const string StartCommand = "resource-start";

    /// <summary>Stops it; it stays stopped.</summary>
    public const string StopCommand = "resource-stop";

    /// <summary>Stops it and starts it again.</summary>
    public const string RestartCommand = "resource-restart";

    /// <summary>
    /// Builds a project in the AppHost's configuration, then stops it and starts it again; what the build writes goes to the resource's
    /// console. When the build fails, what runs goes on.
    /// </summary>
    public const string RebuildCommand = "resource-rebuild";
}

/// <summary>Runs commands on the resources of the running graph.</summary>
public sealed class ResourceCommandService
{
    private readonly Lazy<GraphRunner> _runner;
    private readonly Lazy<ProjectBuilds> _builds;
    private readonly IServiceProvider _services;
    private readonly ResourceNotificationService _notifications;

    // Resolved late: the runner's own services may want to offer commands.
    /// <summary>Made by the host.</summary>
    public ResourceCommandService(IServiceProvider services, ResourceNotificationService notifications)
    {
        _notifications = notifications;
        _services = services;
        _runner = new(() => (GraphRunner)services.GetService(typeof(GraphRunner))!);
        _builds = new(() => (ProjectBuilds)services.GetService(typeof(ProjectBuilds))!);
    }

    /// <summary>Runs one of <see cref="KnownResourceCommands"/> or a command of <c>WithCommand</c>.</summary>
    /// <returns>Whether it did what it is for; an unknown resource or command is a failure with its reason.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        try
        {
            switch (commandName)
            {
                case KnownResourceCommands.StartCommand:
                    await StartAsync(resourceId, cancellationToken);
                    return CommandResults.Success();
                case KnownResourceCommands.StopCommand:
                    await StopAsync(resourceId, cancellationToken);
                    return CommandResults.Success();
                case KnownResourceCommands.RebuildCommand:
                    await _builds.Value.RunAsync(_runner.Value.Find(resourceId).Resource, cancellationToken);
                    goto case KnownResourceCommands.RestartCommand;
                case KnownResourceCommands.RestartCommand:
                    await StopAsync(resourceId, cancellationToken);
                    await StartAsync(resourceId, cancellationToken);
                    return CommandResults.Success();
                default:
                    return await ExecuteOwnAsync(resourceId, commandName, cancellationToken);
            }
        }
        catch (DistributedApplicationException exception)
        {
            return CommandResults.Failure(exception.Message);
        }
    }

    internal Task StartAsync(string name, CancellationToken cancellationToken) => _runner.Value.Find(name).StartAsync(cancellationToken);

    internal Task StopAsync(string name, CancellationToken cancellationToken) => _runner.Value.Find(name).StopAsync(GraphRunner.Grace, cancellationToken);

    internal Task KillAsync(string name, int? replica, CancellationToken cancellationToken) => _runner.Value.Find(name).KillAsync(replica, cancellationToken);

    private async Task<ExecuteCommandResult> ExecuteOwnAsync(string resourceId, string commandName, CancellationToken cancellationToken)
    {
        var resource = _runner.Value.Find(resourceId).Resource;
        var command = resource.GetAnnotations<ResourceCommandAnnotation>().LastOrDefault(c => c.Name == commandName);
        if (command is null)
            return CommandResults.Failure($"Resource '{resource.Name}' has no command '{commandName}'.");
        if (StateOf(command, resource) != ResourceCommandState.Enabled)
            return CommandResults.Failure($"Command '{commandName}' of resource '{resource.Name}' is not available now.");
        try
        {
            return await command.ExecuteCommand(new ExecuteCommandContext { ServiceProvider = _services, ResourceName = resource.Name, CancellationToken = cancellationToken });
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Failure(exception);
        }
    }

    /// <summary>Whether a command of <c>WithCommand</c> is offered as its resource is now; one that cannot tell is not.</summary>
    internal ResourceCommandState StateOf(ResourceCommandAnnotation command, IResource resource)
    {
        if (command.Options.UpdateState is not { } update)
            return ResourceCommandState.Enabled;
        try
        {
            return _notifications.TryGetCurrentState(resource.Name, out var state)
                ? update(new UpdateCommandStateContext { ResourceSnapshot = state.Snapshot, ServiceProvider = _services })
                : ResourceCommandState.Disabled;
        }
        catch (Exception)
        {
            return ResourceCommandState.Disabled;
        }
    }
}

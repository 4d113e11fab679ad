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
}

/// <summary>Runs commands on the resources of the running graph.</summary>
public sealed class ResourceCommandService
{
    private readonly Lazy<GraphRunner> _runner;
    private readonly IServiceProvider _services;

    // Resolved late: the runner's own services may want to offer commands.
    /// <summary>Made by the host.</summary>
    public ResourceCommandService(IServiceProvider services)
    {
        _services = services;
        _runner = new(() => (GraphRunner)services.GetService(typeof(GraphRunner))!);
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
                    return new ExecuteCommandResult { Success = true };
                case KnownResourceCommands.StopCommand:
                    await StopAsync(resourceId, cancellationToken);
                    return new ExecuteCommandResult { Success = true };
                case KnownResourceCommands.RestartCommand:
                    await StopAsync(resourceId, cancellationToken);
                    await StartAsync(resourceId, cancellationToken);
                    return new ExecuteCommandResult { Success = true };
                default:
                    return await ExecuteOwnAsync(resourceId, commandName, cancellationToken);
            }
        }
        catch (DistributedApplicationException exception)
        {
            return new ExecuteCommandResult { Success = false, ErrorMessage = exception.Message };
        }
    }

    internal Task StartAsync(string name, CancellationToken cancellationToken) => _runner.Value.Find(name).StartAsync(cancellationToken);

    internal Task StopAsync(string name, CancellationToken cancellationToken) => _runner.Value.Find(name).StopAsync(GraphRunner.Grace, cancellationToken);

    internal Task KillAsync(string name, int? replica, CancellationToken cancellationToken) => _runner.Value.Find(name).KillAsync(replica, cancellationToken);

    private async Task<ExecuteCommandResult> ExecuteOwnAsync(string resourceId, string commandName, CancellationToken cancellationToken)
    {
        var command = _runner.Value.Find(resourceId).Resource.GetAnnotations<ResourceCommandAnnotation>().LastOrDefault(c => c.Name == commandName);
        return command is null
            ? new ExecuteCommandResult { Success = false, ErrorMessage = $"Resource '{resourceId}' has no command '{commandName}'." }
            : await command.ExecuteCommand(new ExecuteCommandContext { ServiceProvider = _services, ResourceName = resourceId, CancellationToken = cancellationToken });
    }
}

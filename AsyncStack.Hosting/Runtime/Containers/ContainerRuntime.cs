using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>Runs one kind of image; the engine's client runs in the foreground under a guardian that removes the container.</summary>
internal sealed class ContainerRuntime(ContainerEngine engine, ContainerVolumes volumes, ContainerRecipe recipe) : IServerRuntime
{
    public async Task<IRunningResource> StartAsync(ResourceStart start, CancellationToken cancellationToken)
    {
        await volumes.CreateAsync(start, cancellationToken);
        var files = await ContainerFiles.WriteAsync(start, recipe, cancellationToken);
        return start.Container.Persistent
            ? await FollowAsync(start, files, cancellationToken)
            : await RunAsync(start, files, cancellationToken);
    }

    public Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken) =>
        recipe.ProbeAsync(start, cancellationToken);

    private async Task<IRunningResource> RunAsync(ResourceStart start, ContainerFiles files, CancellationToken cancellationToken)
    {
        var name = ContainerCommand.NameOf(start);
        var client = await ProcessSupervisor.StartAsync(
            Client(start, ContainerCommand.Run(start, recipe, engine, files)) with
            {
                Environment = files.Multiline,
                StopSignal = recipe.StopSignal,
                Cleanup = $"'{engine.Program}' rm --force --volumes '{name}'; rm -f '{files.Environment.Replace("'", "'\\''", StringComparison.Ordinal)}'",
            },
            cancellationToken);
        return new RunningContainer(engine, name, client);
    }

    // One that persists is started by whoever finds it missing; the graph follows its log and leaves it running.
    private async Task<IRunningResource> FollowAsync(ResourceStart start, ContainerFiles files, CancellationToken cancellationToken)
    {
        var name = ContainerCommand.NameOf(start);
        var running = await engine.RunAsync(["inspect", "--format", "{{.State.Running}}", name], cancellationToken);
        if (running.Output.Trim() != "true")
        {
            await engine.RunAsync(["rm", "--force", name], cancellationToken);
            var started = await engine.RunAsync(ContainerCommand.Run(start, recipe, engine, files), cancellationToken);
            started.EnsureSuccess($"Starting the container '{name}'");
        }

        return await ProcessSupervisor.StartAsync(Client(start, ["logs", "--follow", "--tail", "100", name]), cancellationToken);
    }

    private ProcessSpec Client(ResourceStart start, IReadOnlyList<string> arguments) => new()
    {
        Name = start.Name,
        FileName = engine.Program,
        Arguments = arguments,
        Log = start.Log,
    };
}

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>A container whose client runs under a guardian.</summary>
internal sealed class RunningContainer(ContainerEngine engine, string name, IRunningResource client) : IRunningResource
{
    private static readonly TimeSpan DisposeGrace = TimeSpan.FromSeconds(5);

    public int? ProcessId => null;

    public Task<int> Exited => client.Exited;

    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        // The engine sends the signal that the image names, and kills after the grace.
        if (!Exited.IsCompleted)
        {
            var seconds = (int)Math.Ceiling(grace.TotalSeconds);
            string[] arguments = seconds > 0 ? ["stop", "--time", seconds.ToString(), name] : ["kill", name];
            await engine.RunAsync(arguments, cancellationToken);
        }

        await client.StopAsync(DisposeGrace, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(DisposeGrace, CancellationToken.None);
        await client.DisposeAsync();
    }
}

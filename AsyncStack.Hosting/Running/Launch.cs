using AsyncStack.Hosting.Runtime;

namespace AsyncStack.Hosting.Running;

/// <summary>Starts one replica of one resource.</summary>
internal interface ILaunch
{
    /// <summary>Starts it and returns as soon as it runs.</summary>
    Task<LaunchedReplica> StartAsync(int replica, Action<string, bool> log, CancellationToken cancellationToken);
}

/// <summary>What was started, and how to ask it whether it is ready: null from the probe when it is, else the reason it is not.</summary>
internal sealed record LaunchedReplica(IRunningResource Running, Func<CancellationToken, Task<string?>>? Probe);

/// <summary>A resource without a process of its own: it runs until it is stopped.</summary>
internal sealed class PassiveResource : IRunningResource
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int? ProcessId => null;

    public Task<int> Exited => _exited.Task;

    public Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        _exited.TrySetResult(0);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Runtime;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.Hosting.Running;

/// <summary>What the replicas of one resource have in common.</summary>
internal sealed record ReplicaSettings(
    ILaunch Launch, bool IsServer, bool IsAwaitedForCompletion, bool StartsOnCommand, Action<string, bool, int> Log, TimeProvider Time);

/// <summary>One process of a resource: starts it, watches its health, and starts it again when it crashes.</summary>
internal sealed class ReplicaRunner(int index, ReplicaSettings settings, Action changed)
{
    // As long as this without a crash and earlier ones are forgotten.
    private static readonly TimeSpan Stable = TimeSpan.FromSeconds(30);

    private ReplicaSnapshot _snapshot = new() { Index = index, State = settings.StartsOnCommand ? KnownResourceStates.NotStarted : KnownResourceStates.Waiting };
    private IRunningResource? _running;
    private Func<CancellationToken, Task<string?>>? _probe;
    private bool _wasEverHealthy;
    private bool _hasBeenHealthy;

    public ReplicaSnapshot Snapshot => Volatile.Read(ref _snapshot);

    public void Set(string state, string? reason = null) => Update(s => s with { State = state, Reason = reason, HealthStatus = null });

    /// <summary>Runs until the replica has ended for good or is told to stop, which leaves its process to <see cref="StopAsync"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        for (var crashes = 0; !stopping.IsCancellationRequested;)
        {
            if (!await StartAsync(stopping))
                return;
            var startedAt = settings.Time.GetTimestamp();
            var exitCode = await WatchAsync(_running!, stopping);
            if (stopping.IsCancellationRequested)
                return;
            var wasStable = settings.Time.GetElapsedTime(startedAt) > Stable;
            _wasEverHealthy |= wasStable;
            crashes = wasStable ? 1 : crashes + 1;
            if (!await HandleExitAsync(exitCode, crashes, stopping))
                return;
        }
    }

    /// <summary>Ends the process, if there is one; a zero grace kills it.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (_running is { } process)
        {
            Set(KnownResourceStates.Stopping);
            await process.StopAsync(grace, cancellationToken);
            await process.DisposeAsync();
            _running = null;
        }

        Update(s => s with { State = KnownResourceStates.Exited, StoppedOnCommand = true, ProcessId = null, HealthStatus = null, Reason = null, StoppedAt = settings.Time.GetUtcNow() });
    }

    /// <summary>Ends the process as a crash would, so that what follows a crash follows.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => _running?.StopAsync(TimeSpan.Zero, cancellationToken) ?? Task.CompletedTask;

    private async Task<bool> StartAsync(CancellationToken stopping)
    {
        Update(s => s with { State = KnownResourceStates.Starting, StoppedOnCommand = false, HealthStatus = null, StoppedAt = null });
        try
        {
            var launched = await settings.Launch.StartAsync(index, (line, isError) => settings.Log(line, isError, index), stopping);
            _running = launched.Running;
            _probe = launched.Probe;
            _hasBeenHealthy = false;
            Update(s => s with
            {
                State = KnownResourceStates.Running,
                ProcessId = launched.Running.ProcessId,
                StartedAt = settings.Time.GetUtcNow(),
                Reason = null,
                HealthStatus = launched.Probe is null ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            });
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            settings.Log(exception.Message, true, index);
            Set(KnownResourceStates.FailedToStart, exception.Message);
            return false;
        }
    }

    private async Task<int> WatchAsync(IRunningResource process, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watching = _probe is null ? Task.CompletedTask : WatchHealthAsync(_probe, ended.Token);
        try
        {
            return await process.Exited.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
    }

    private async Task WatchHealthAsync(Func<CancellationToken, Task<string?>> ask, CancellationToken ended)
    {
        var pace = new ProbePace();
        try
        {
            while (true)
            {
                var problem = await AskAsync(ask, ended);
                ended.ThrowIfCancellationRequested();
                ReportHealth(problem);
                await Task.Delay(pace.Next(problem is null), settings.Time, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The process has ended, so has its health.
        }
    }

    private static async Task<string?> AskAsync(Func<CancellationToken, Task<string?>> ask, CancellationToken ended)
    {
        try
        {
            return await ask(ended);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return exception.Message;
        }
    }

    private void ReportHealth(string? problem)
    {
        var health = problem is null ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        _wasEverHealthy |= problem is null;

        // A process that is still coming up is not told off for it.
        _hasBeenHealthy |= problem is null;
        var reason = _hasBeenHealthy ? problem : null;
        if (Snapshot.HealthStatus != health || Snapshot.Reason != reason)
            Update(s => s with { HealthStatus = health, Reason = reason });
    }

    private async Task<bool> HandleExitAsync(int exitCode, int crashes, CancellationToken stopping)
    {
        await _running!.DisposeAsync();
        _running = null;
        var decision = RestartPolicy.Decide(settings.IsServer, settings.IsAwaitedForCompletion, exitCode, _wasEverHealthy, crashes);
        var (state, reason) = decision switch
        {
            AfterExit.Finished => (KnownResourceStates.Finished, null),
            AfterExit.Restart => (KnownResourceStates.Starting, $"it ended with exit code {exitCode} and is started again"),
            _ when settings.IsAwaitedForCompletion => (KnownResourceStates.Exited, $"it ended with exit code {exitCode}"),
            _ => (KnownResourceStates.FailedToStart, $"it crashed {crashes} times without having been healthy, the last time with exit code {exitCode}"),
        };
        Update(s => s with
        {
            State = state,
            Reason = reason,
            ProcessId = null,
            HealthStatus = null,
            ExitCode = exitCode,
            StoppedAt = settings.Time.GetUtcNow(),
            Restarts = s.Restarts + (decision == AfterExit.Restart ? 1 : 0),
        });
        return decision == AfterExit.Restart && await WaitToRestartAsync(exitCode, RestartPolicy.Delay(crashes), stopping);
    }

    private async Task<bool> WaitToRestartAsync(int exitCode, TimeSpan delay, CancellationToken stopping)
    {
        settings.Log($"Ended with exit code {exitCode}; starting it again in {delay.TotalSeconds:0.#} s.", true, index);
        try
        {
            await Task.Delay(delay, settings.Time, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Update(Func<ReplicaSnapshot, ReplicaSnapshot> change)
    {
        Volatile.Write(ref _snapshot, change(_snapshot));
        changed();
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Health;

/// <summary>Runs all registered checks side by side, each under the deadline, at most once per cache time.</summary>
public sealed class HealthProbe(
    IServiceScopeFactory scopes,
    IOptions<HealthCheckServiceOptions> checks,
    IOptions<HealthOptions> options,
    TimeProvider time,
    ILogger<HealthProbe> logger)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, bool> _failing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<HealthCheckRegistration, Task<HealthCheckResult>> _running = [];
    private Task<HealthSummary>? _latest;
    private long _finished;

    /// <summary>What <c>/health</c> says: true when no check fails that counts. Never fails; asking often costs nothing.</summary>
    public async Task<bool> IsHealthyAsync() => (await CheckAsync().ConfigureAwait(false)).IsHealthy;

    /// <summary>Joins the run under way or reuses the last one while it is fresh; never fails.</summary>
    internal Task<HealthSummary> CheckAsync()
    {
        lock (_gate)
        {
            if (_latest is { } latest && (!latest.IsCompleted || time.GetElapsedTime(Volatile.Read(ref _finished)) < options.Value.CacheFor))
                return latest;
            return _latest = Task.Run(RunAsync);
        }
    }

    private async Task<HealthSummary> RunAsync()
    {
        var results = await Task.WhenAll(checks.Value.Registrations.Select(RunOneAsync)).ConfigureAwait(false);
        Volatile.Write(ref _finished, time.GetTimestamp());
        return HealthSummary.From(results.OfType<FailedCheck>());
    }

    private async Task<FailedCheck?> RunOneAsync(HealthCheckRegistration registration)
    {
        var failure = await FindFailureAsync(registration).ConfigureAwait(false);
        LogChange(registration.Name, failure?.Reason);
        return failure;
    }

    private async Task<FailedCheck?> FindFailureAsync(HealthCheckRegistration registration)
    {
        var deadline = options.Value.Deadline;
        try
        {
            // The deadline holds for checks that ignore their token as well: those are left behind.
            using var expiry = new CancellationTokenSource(deadline, time);
            var result = await JoinOrStart(registration, expiry.Token).WaitAsync(deadline, time).ConfigureAwait(false);
            return result.Status == HealthStatus.Healthy
                ? null
                : Failed(registration, result.Description ?? result.Exception?.GetType().Name ?? "failed", result.Status);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            return Failed(registration, $"no answer within {deadline.TotalSeconds:0.###} s", registration.FailureStatus);
        }
        catch (Exception failure)
        {
            // The type only: a foreign message may carry addresses and credentials.
            return Failed(registration, failure.GetType().Name, registration.FailureStatus);
        }
    }

    /// <summary>A check that was left behind is waited for again, not started once more: hanging checks must not pile up.</summary>
    private Task<HealthCheckResult> JoinOrStart(HealthCheckRegistration registration, CancellationToken expired) =>
        _running.TryGetValue(registration, out var running) && !running.IsCompleted
            ? running
            : _running[registration] = RunInScopeAsync(registration, expired);

    private async Task<HealthCheckResult> RunInScopeAsync(HealthCheckRegistration registration, CancellationToken expired)
    {
        await Task.Yield();
        await using var scope = scopes.CreateAsyncScope();
        var context = new HealthCheckContext { Registration = registration };
        return await registration.Factory(scope.ServiceProvider).CheckHealthAsync(context, expired).ConfigureAwait(false);
    }

    private FailedCheck Failed(HealthCheckRegistration registration, string reason, HealthStatus status) =>
        new(registration.Name, reason, status == HealthStatus.Degraded || options.Value.Optional.Contains(registration.Name));

    private void LogChange(string check, string? reason)
    {
        if (reason is not null && _failing.TryAdd(check, true))
            Log.HealthCheckFailed(logger, check, reason);
        else if (reason is null && _failing.TryRemove(check, out _))
            Log.HealthCheckRecovered(logger, check);
    }
}

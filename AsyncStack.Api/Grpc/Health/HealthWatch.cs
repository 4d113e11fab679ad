using System.Runtime.CompilerServices;
using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Grpc.Health;

/// <summary>Asks the checks of <c>/health</c> while somebody watches, once for all who do, and tells them of changes.</summary>
internal sealed class HealthWatch(HealthProbe probe, IOptions<GrpcOptions> options, TimeProvider time) : BackgroundService
{
    private readonly Lock _gate = new();
    private State _latest = new(Healthy: null);
    private int _watchers;

    /// <summary>Whether the service is healthy now, and again at every change, until canceled.</summary>
    public async IAsyncEnumerable<bool> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watchers);
        try
        {
            var state = Publish(await probe.IsHealthyAsync());
            var told = state.Healthy!.Value;
            yield return told;
            while (true)
            {
                await state.Over.Task.WaitAsync(cancellationToken);
                state = Volatile.Read(ref _latest);
                // A slow client may have missed that it changed and changed back.
                if (state.Healthy!.Value != told)
                {
                    told = state.Healthy.Value;
                    yield return told;
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.HealthInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Volatile.Read(ref _watchers) > 0)
            {
                Publish(await probe.IsHealthyAsync());
            }
        }
    }

    private State Publish(bool healthy)
    {
        lock (_gate)
        {
            var before = _latest;
            if (before.Healthy != healthy)
            {
                Volatile.Write(ref _latest, new State(healthy));
                before.Over.SetResult();
            }

            return _latest;
        }
    }

    private sealed record State(bool? Healthy)
    {
        /// <summary>Completes when another state has taken this one's place.</summary>
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using Npgsql;

namespace AsyncStack.Worker.Consuming;

/// <summary>Wakes <see cref="PausedQueuesLoop"/> when an operator paused or resumed a queue, or may have while nobody listened.</summary>
public sealed class PausedQueuesSignal : Signal;

/// <summary>Holds the queues that operators have paused.</summary>
public sealed class PausedQueues(NpgsqlDataSource database, JobConsumers consumers, ILogger<PausedQueues> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly bool[] _held = new bool[JobPriority.All.Count];

    /// <summary>Does as Postgres says now.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        // One after the other, so that what was read earlier is not applied later.
        await _one.WaitAsync(cancellationToken);
        try
        {
            var paused = await QueueControls.ReadPausedAsync(database, cancellationToken);
            for (var rank = 0; rank < _held.Length; rank++)
            {
                await ApplyAsync(rank, paused.Contains(Topology.JobsQueue(JobPriority.All[rank])));
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task ApplyAsync(int rank, bool hold)
    {
        if (_held[rank] == hold)
        {
            return;
        }

        await (hold ? consumers.HoldAsync(rank) : consumers.ReleaseAsync(rank));
        _held[rank] = hold;
        Log.QueueHeld(logger, Topology.JobsQueue(JobPriority.All[rank]), hold ? "takes nothing more" : "takes again");
    }
}

/// <summary>Does as operators say as soon as they say it.</summary>
public sealed class PausedQueuesLoop(PausedQueues queues, PausedQueuesSignal signal, TimeProvider time, ILogger<PausedQueuesLoop> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitAsync(null, stoppingToken);
            await Outage.OutlastAsync(
                () => queues.ApplyAsync(stoppingToken), exception => Log.PausesNotRead(logger, exception.Message), time, stoppingToken);
        }
    }
}

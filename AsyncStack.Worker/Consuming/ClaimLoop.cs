using AsyncStack.Worker.Execution;
using AsyncStack.Worker.Rescue;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Consuming;

/// <summary>
/// Fills free slots: claims as many waiting jobs as there are places, acknowledges their messages once that has committed,
/// and starts them. Jobs that find no place are handed back as soon as another worker has one.
/// </summary>
public sealed class ClaimLoop(
    JobConsumers consumers,
    JobClaims claims,
    JobRunner runner,
    RunningJobs running,
    Slots slots,
    WorkerLease lease,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<ClaimLoop> logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Backlog _waiting = consumers.Waiting;

    /// <summary>Runs until canceled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var patience = options.Value.HandBackAfter;
        while (!stopping.IsCancellationRequested)
        {
            if (slots.Free > 0)
            {
                patience = options.Value.HandBackAfter;
                if (await FillAsync(stopping))
                {
                    continue;
                }
            }

            var crowded = slots.Free <= 0 && (_waiting.Count > 0 || consumers.Paused);
            if (!await _waiting.Signal.WaitAsync(crowded ? patience : null, stopping) && slots.Free <= 0)
            {
                await YieldToOthersAsync(stopping);
                patience = LookAgain;
            }
        }
    }

    /// <summary>Claims and starts what fits; true when there was something to claim.</summary>
    private async Task<bool> FillAsync(CancellationToken stopping)
    {
        if (consumers.Paused)
        {
            await consumers.ResumeAsync();
        }

        var taken = _waiting.Take(slots.Free);
        if (taken.Count > 0)
        {
            await StartAsync(taken, stopping);
        }

        return taken.Count > 0;
    }

    private async Task StartAsync(List<JobDelivery> taken, CancellationToken stopping)
    {
        using var received = WorkerTracing.StartReceive(taken);
        var messages = taken.SelectMany(d => d.Ids.Select(id => (id, d.Message))).DistinctBy(d => d.id).ToDictionary(d => d.id, d => d.Message);
        List<ClaimedJob> claimed;
        try
        {
            claimed = await ClaimAsync([.. messages.Keys], stopping);
        }
        catch (OperationCanceledException)
        {
            await Acknowledgements.ReturnAsync(taken);
            throw;
        }

        slots.Take(claimed.Count);
        foreach (var job in claimed)
        {
            runner.Start(job, messages[job.Id]);
        }

        await Acknowledgements.AckAsync(taken);
    }

    private async Task<List<ClaimedJob>> ClaimAsync(Guid[] ids, CancellationToken stopping)
    {
        List<ClaimedJob> claimed = [];
        var failedBefore = false;
        await Outage.OutlastAsync(
            async () =>
            {
                // After an outage the lease has run out, and jobs claimed under it would be taken for a dead worker's.
                if (failedBefore)
                {
                    await lease.RenewAsync(stopping);
                }

                claimed = await claims.ClaimAsync(ids, CancellationToken.None);

                // The claim that failed may have committed all the same, and its jobs would wait for a worker that lives.
                if (failedBefore)
                {
                    claimed = (await claims.FindOwnAsync(ids, CancellationToken.None)).FindAll(j => !running.Contains(j.Id));
                }
            },
            exception =>
            {
                failedBefore = true;
                Log.ClaimFailed(logger, ids.Length, exception.Message);
            },
            time, stopping);
        return claimed;
    }

    private async Task YieldToOthersAsync(CancellationToken stopping)
    {
        try
        {
            var roomElsewhere = await lease.IsRoomElsewhereAsync(stopping);
            if (!roomElsewhere && consumers.Paused)
            {
                await consumers.ResumeAsync();
            }
            else if (roomElsewhere && _waiting.Count > 0)
            {
                var count = await consumers.HandBackAsync();
                WorkerMetrics.HandedBack.Add(count);
                Log.HandedBack(logger, count);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            Log.HandBackFailed(logger, exception.Message);
        }
    }
}

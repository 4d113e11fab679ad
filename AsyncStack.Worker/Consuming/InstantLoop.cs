using System.Diagnostics;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Worker.Consuming;

/// <summary>
/// Runs instant jobs: takes whatever waits, reads it with one statement, runs the handlers and writes start and end of
/// all with one more. Two passes are under way at once, so that one reads while the other writes.
/// </summary>
public sealed class InstantLoop(
    JobConsumers consumers,
    InstantJobs jobs,
    JobHandlers handlers,
    JobFinisher finisher,
    JobTotals totals,
    IObjectStorage storage,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<InstantLoop> logger)
{
    private const int Passes = 2;

    private readonly Backlog _instant = consumers.Instant;

    /// <summary>Runs until canceled; a pass that has begun is finished.</summary>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, Passes).Select(_ => Task.Run(() => RunPassesAsync(stopping), CancellationToken.None)));

    private async Task RunPassesAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var taken = _instant.Take(options.Value.InstantBatch);
            if (taken.Count == 0)
            {
                await _instant.Signal.WaitAsync(null, stopping);
                continue;
            }

            await HandleAsync(taken, stopping);
        }
    }

    private async Task HandleAsync(List<JobDelivery> taken, CancellationToken stopping)
    {
        using var received = WorkerTracing.StartReceive(taken);
        try
        {
            await Outage.OutlastAsync(
                () => RunOnceAsync(taken), exception => Log.InstantFailed(logger, taken.Count, exception.Message), time, stopping);
        }
        catch (OperationCanceledException)
        {
            await Acknowledgements.ReturnAsync(taken);
            throw;
        }

        await Acknowledgements.AckAsync(taken);
    }

    /// <summary>One pass. A job that cannot be ended here takes the long way through a slot, by itself.</summary>
    public async Task RunOnceAsync(IReadOnlyList<JobDelivery> taken)
    {
        var started = time.GetTimestamp();
        var found = await jobs.ReadAsync(Ids(taken), CancellationToken.None);
        var finishes = new List<JobFinish>(found.Count);
        var ended = new List<(string JobType, string State)>(found.Count);
        foreach (var job in found)
        {
            if (Run(job) is { } finish)
            {
                finishes.Add(finish);
                ended.Add((job.JobType, finish.State));
            }
            else
            {
                consumers.Waiting.TryAdd(new JobDelivery(null, [job.Id], taken[0].Rank));
            }
        }

        if (finishes.Count > 0)
        {
            await FinishAsync(finishes, taken[0].Rank);
            Count(ended, time.GetElapsedTime(started));
        }
    }

    private async Task FinishAsync(List<JobFinish> finishes, int rank)
    {
        try
        {
            WorkerMetrics.CountDatabase("finish");
            totals.CountEnded(finishes, await finisher.FinishAsync(finishes, CancellationToken.None));
        }
        catch (Exception exception) when (exception is PostgresException { IsTransient: false } or InvalidOperationException)
        {
            Log.InstantRefused(logger, finishes.Count, exception is PostgresException refusal ? refusal.MessageText : exception.Message);
            finishes.ForEach(f => consumers.Waiting.TryAdd(new JobDelivery(null, [f.Id], rank)));
        }
    }

    private JobFinish? Run(in InstantJob job)
    {
        using var span = WorkerTracing.StartProcess(job.Id, job.JobType, job.Attempt + 1, job.TraceParent);
        var outcome = Outcome(job);
        return outcome switch
        {
            JobOutcome.Completed { ResultUri: null } done when ResultStore.IsInline(done.ResultJson) =>
                new JobFinish(job.Id, job.Attempt, JobState.Completed, done.ResultJson, InstantStart: time.GetUtcNow(), RootRunId: job.RootRunId),
            JobOutcome.Failed failed =>
                new JobFinish(job.Id, job.Attempt, JobState.Failed, Error: failed.Error, InstantStart: time.GetUtcNow(), RootRunId: job.RootRunId),
            _ => null,
        };
    }

    private JobOutcome? Outcome(in InstantJob job)
    {
        if (handlers.Find(job.JobType) is not { } handler)
        {
            return null;
        }

        var attempt = new ClaimedJob(job.Id, "", job.JobType, job.Payload, job.Attempt + 1, 0, 0, job.TraceParent);
        try
        {
            var run = handler.RunAsync(job.Payload, new JobContext(attempt, storage, logger, running: null));
            return run.IsCompletedSuccessfully ? run.Result : null;
        }
        catch (Exception exception)
        {
            Log.InstantThrew(logger, job.Id, job.JobType, exception.Message);
            return null;
        }
    }

    private static Guid[] Ids(IReadOnlyList<JobDelivery> taken) =>
        taken.Count == 1 ? taken[0].Ids : [.. taken.SelectMany(d => d.Ids)];

    private static void Count(List<(string JobType, string State)> ended, TimeSpan elapsed)
    {
        foreach (var (kind, count) in ended.CountBy(e => e))
        {
            WorkerMetrics.CountProcessed(kind.JobType, new Transition.End(kind.State), elapsed, count);
        }
    }
}

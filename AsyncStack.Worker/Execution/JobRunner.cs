using AsyncStack.Core.Storage;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Workflows;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Execution;

/// <summary>Runs one attempt after the other in its slot: handler, timeout, outcome, write.</summary>
public sealed class JobRunner(
    JobHandlers handlers,
    JobEndings endings,
    RunningJobs jobs,
    Slots slots,
    IObjectStorage storage,
    StepLogs stepLogs,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger) : IDisposable
{
    private static readonly TimeSpan StoppingGrace = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Starts the attempt in a slot that is already taken for it; the slot is freed at its end.</summary>
    public void Start(ClaimedJob job, Delivery? message) => _ = RunAsync(jobs.Add(job), message);

    /// <summary>Gives up writing what is not written; the leases of those jobs run out and others take them.</summary>
    public Task AbortAsync() => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(RunningJob running, Delivery? message)
    {
        var job = running.Job;
        var started = time.GetTimestamp();
        WorkerMetrics.InProgress.Add(1);
        try
        {
            using var span = WorkerTracing.StartProcess(job.Id, job.JobType, job.Attempt, job.TraceParent, message);
            var log = stepLogs.Open(job);
            var outcome = await AttemptAsync(running, log);
            var transition = Transition.After(outcome, running.Cause, job, job.RetryDelay ?? Backoff(job.Attempt));
            await KeepAsync(log, transition);
            WorkerTracing.End(span, transition);
            if (!await endings.WriteAsync(job, transition, _stopping.Token))
            {
                Log.Discarded(logger, job.Id, job.Attempt);
            }

            WorkerMetrics.CountProcessed(job.JobType, transition, time.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            Log.LeftToRescue(logger, job.Id, job.Attempt, exception.Message);
        }
        finally
        {
            WorkerMetrics.InProgress.Add(-1);
            jobs.Remove(running);
            slots.Release(1);
        }
    }

    private TimeSpan Backoff(int attempt) =>
        RetryDelay.After(attempt, options.Value.RetryBaseDelay, options.Value.RetryMaxDelay, Random.Shared.NextDouble());

    private async Task<JobOutcome?> AttemptAsync(RunningJob running, StepLog? log)
    {
        var job = running.Job;
        if (handlers.Find(job.JobType) is not { } handler)
        {
            return new JobOutcome.Retry($"This worker has no handler for jobs of type '{job.JobType}'.");
        }

        var context = new JobContext(job, storage, log?.Beside(logger) ?? logger, running);
        var work = Task.Run(() => handler.RunAsync(job.Payload, context).AsTask());
        await using var timeout = time.CreateTimer(
            static r => ((RunningJob)r!).Stop(StopCause.TimedOut), running, TimeSpan.FromSeconds(job.TimeoutSeconds), Timeout.InfiniteTimeSpan);
        if (await Task.WhenAny(work, running.Stopped) != work)
        {
            await WaitBrieflyAsync(work, running);
        }

        if (work.IsCompleted)
        {
            running.Dispose();
            return await OutcomeAsync(work, running);
        }

        Log.Abandoned(logger, job.Id, job.Attempt, job.JobType, running.Cause);
        return null;
    }

    private static Task KeepAsync(StepLog? log, Transition transition)
    {
        if (log is null)
        {
            return Task.CompletedTask;
        }

        if (transition is Transition.End { Error: { } error })
        {
            log.Add("error", error);
        }
        else if (transition is Transition.TryAgain again)
        {
            log.Add("warning", again.Reason);
        }

        return log.FlushAsync();
    }

    private async Task WaitBrieflyAsync(Task work, RunningJob running)
    {
        var grace = running.Cause == StopCause.Stopping ? StoppingGrace : options.Value.AbandonAfter;
        try
        {
            await work.WaitAsync(grace, time);
        }
        catch (Exception)
        {
            // Whether it ended, and how, is asked of the task itself.
        }
    }

    private async Task<JobOutcome?> OutcomeAsync(Task<JobOutcome> work, RunningJob running)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException) when (running.Cause != StopCause.None)
        {
            return null;
        }
        catch (Exception exception)
        {
            Log.HandlerFailed(logger, running.Job.Id, running.Job.Attempt, running.Job.JobType, exception);
            return new JobOutcome.Retry(exception.Message);
        }
    }
}

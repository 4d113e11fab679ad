using AsyncStack.Core.Batching;
using AsyncStack.Core.Jobs;
using AsyncStack.Worker.Consuming;
using AsyncStack.Worker.Scheduling;
using Npgsql;

namespace AsyncStack.Worker.Execution;

/// <summary>
/// Writes what became of attempts, many in one statement, and goes on trying while the database is away. Attempts whose
/// fence is gone are discarded.
/// </summary>
public sealed class JobEndings : IAsyncDisposable
{
    private const int MaxBatch = 256;
    private const int MaxErrorLength = 4096;

    private readonly Coalescer<JobFinish, bool> _finishes;
    private readonly Coalescer<JobReturn, bool> _returns;
    private readonly ResultStore _results;
    private readonly SchedulerSignal _scheduler;
    private readonly TimeProvider _time;
    private readonly ILogger<JobEndings> _logger;

    public JobEndings(
        JobFinisher finisher,
        JobReturns returns,
        JobTotals totals,
        ResultStore results,
        SchedulerSignal scheduler,
        TimeProvider time,
        ILogger<JobEndings> logger)
    {
        (_results, _scheduler, _time, _logger) = (results, scheduler, time, logger);
        _finishes = new(
            "finish jobs",
            async (jobs, ct) =>
            {
                WorkerMetrics.CountDatabase("finish");
                var ended = await finisher.FinishAsync(jobs, ct);
                totals.CountEnded(jobs, ended);
                return [.. jobs.Select(j => ended.Contains(j.Id))];
            },
            writers: 2, MaxBatch, capacity: 65_536);
        _returns = new(
            "return jobs",
            async (jobs, ct) =>
            {
                var returned = await returns.ReturnAsync(jobs, ct);
                totals.CountReturned(returned.Count);
                return [.. jobs.Select(j => returned.Contains(j.Id))];
            },
            writers: 1, MaxBatch, capacity: 65_536);
    }

    /// <summary>Writes the transition of an attempt.</summary>
    /// <returns>False when its fence was gone.</returns>
    public Task<bool> WriteAsync(ClaimedJob job, Transition transition, CancellationToken cancellationToken) => transition switch
    {
        Transition.End end => EndAsync(job, end, cancellationToken),
        Transition.TryAgain again => ReturnAsync(job, _time.GetUtcNow() + again.Delay, again.Reason, cancellationToken),
        Transition.GiveBack back => ReturnAsync(job, null, back.Reason, cancellationToken),
        _ => Task.FromResult(true),
    };

    public async ValueTask DisposeAsync()
    {
        await _finishes.DisposeAsync();
        await _returns.DisposeAsync();
    }

    private async Task<bool> EndAsync(ClaimedJob job, Transition.End end, CancellationToken cancellationToken)
    {
        var (json, uri) = (end.ResultJson, end.ResultUri);
        await Outage.OutlastAsync(
            async () => (json, uri) = await _results.PlaceAsync(job.Id, job.Attempt, json, uri, cancellationToken),
            exception => Log.StoreFailed(_logger, job.Id, exception.Message), _time, cancellationToken);
        var finish = new JobFinish(job.Id, job.Attempt, end.State, json, uri, Clean(end.Error), RootRunId: job.RootRunId);
        return await TryAsync(
            () => _finishes.SubmitAsync(finish, cancellationToken),
            refused => _finishes.SubmitAsync(new JobFinish(job.Id, job.Attempt, JobState.Failed, Error: Clean($"The result could not be stored: {refused}"), RootRunId: job.RootRunId), cancellationToken),
            job, cancellationToken);
    }

    private async Task<bool> ReturnAsync(ClaimedJob job, DateTimeOffset? runAt, string reason, CancellationToken cancellationToken)
    {
        var submit = () => _returns.SubmitAsync(new JobReturn(job.Id, job.Attempt, runAt, Clean(reason)!), cancellationToken);
        var done = await TryAsync(submit, _ => submit(), job, cancellationToken);
        _scheduler.Set();
        return done;
    }

    private async Task<bool> TryAsync(
        Func<Task<bool>> submit, Func<string, Task<bool>> submitRefused, ClaimedJob job, CancellationToken cancellationToken)
    {
        var done = false;
        await Outage.OutlastAsync(
            async () =>
            {
                try
                {
                    done = await submit();
                }
                catch (PostgresException exception) when (!exception.IsTransient)
                {
                    done = await submitRefused(exception.MessageText);
                }
            },
            exception => Log.WriteFailed(_logger, job.Id, exception.Message), _time, cancellationToken);
        return done;
    }

    // Postgres takes no NUL in text, and nobody reads a longer message.
    private static string? Clean(string? error) =>
        error?.Replace('\0', '\uFFFD') is { } clean && clean.Length > MaxErrorLength ? clean[..MaxErrorLength] : error?.Replace('\0', '\uFFFD');
}

using System.Globalization;
using AsyncStack.Api.Requests;

namespace AsyncStack.Api.Workflows;

/// <summary>
/// Runs as server-sent events. A stream of one run tells first how it and each of its steps stand, then what changes, and ends with the run. A stream
/// of a list tells of each run that is made, begins or ends.
/// </summary>
internal sealed class RunStreams(RunViews runs, RunWatch watch, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // Ends of steps do not tell of themselves, for the sake of their throughput; a run that somebody watches is looked at.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    // Runs that change together are read together.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);

    /// <summary>Follows one run.</summary>
    public async Task<IResult> FollowAsync(Guid id, HttpContext context)
    {
        if (await runs.FindProgressAsync(id, context.RequestAborted) is not { } progress)
        {
            return RunEndpoints.NotFound(id);
        }

        if (progress.Run.FinishedAt is not null && context.Request.Headers["Last-Event-ID"] == IdOf(progress.Run))
        {
            // The one answer that keeps an EventSource from coming again.
            return Results.NoContent();
        }

        return await ServeAsync(id, context, (stream, watcher, cancellationToken) => FollowAsync(id, stream, watcher, cancellationToken));
    }

    /// <summary>Follows the runs that pass a filter.</summary>
    public Task<IResult> FollowAsync(RunFilter filter, HttpContext context) =>
        ServeAsync(null, context, (stream, watcher, cancellationToken) => FollowAsync(filter, stream, watcher, cancellationToken));

    private async Task<IResult> ServeAsync(Guid? run, HttpContext context, Func<EventStream, RunWatch.Watcher, CancellationToken, Task> follow)
    {
        // Opened before the client knows that it is heard: what comes from then on is news.
        using var watcher = watch.TryOpen(run);
        if (watcher is null)
        {
            return EventStream.Busy(context.Response);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await follow(await EventStream.BeginAsync(context.Response, ending.Token), watcher, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }

        return Results.Empty;
    }

    private async Task FollowAsync(Guid id, EventStream stream, RunWatch.Watcher watcher, CancellationToken cancellationToken)
    {
        var (told, toldAt) = ((RunGridRow?)null, time.GetTimestamp());
        while (await runs.FindProgressAsync(id, cancellationToken) is { } now)
        {
            if (await TellAsync(told, now, stream))
            {
                (told, toldAt) = (now, time.GetTimestamp());
            }

            if (now.Run.FinishedAt is not null)
            {
                return;
            }

            await watcher.WaitAsync(Look, cancellationToken);
            if (time.GetElapsedTime(toldAt) >= Heartbeat)
            {
                await stream.HeartbeatAsync();
                toldAt = time.GetTimestamp();
            }
        }
    }

    private static async Task<bool> TellAsync(RunGridRow? before, RunGridRow now, EventStream stream)
    {
        var steps = now.Steps.Where((step, place) => before is null || before.Steps[place] != step).ToList();
        foreach (var step in steps)
        {
            await stream.WriteAsync("step", step, WorkflowJson.Default.StepSummary);
        }

        // After its steps: who sees the end of a run has seen theirs.
        var isNew = before?.Run != now.Run;
        if (isNew)
        {
            await stream.WriteAsync("run", now.Run, WorkflowJson.Default.RunSummary, IdOf(now.Run));
        }

        if (isNew || steps.Count > 0)
        {
            await stream.FlushAsync();
        }

        return isNew || steps.Count > 0;
    }

    private async Task FollowAsync(RunFilter filter, EventStream stream, RunWatch.Watcher watcher, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await watcher.WaitAsync(Heartbeat, cancellationToken))
            {
                await stream.HeartbeatAsync();
                continue;
            }

            await Task.Delay(Gather, time, cancellationToken);
            if (watcher.Take() is not { } changed)
            {
                await stream.WriteAsync("refresh", "Some changes are not known; read the list again.", WorkflowJson.Default.String);
            }
            else
            {
                foreach (var run in await runs.ListAsync(filter with { Ids = changed }, new Paging(changed.Length, null), cancellationToken))
                {
                    await stream.WriteAsync("run", run, WorkflowJson.Default.RunSummary);
                }
            }

            await stream.FlushAsync();
        }
    }

    private static string IdOf(RunSummary run) => (run.FinishedAt?.ToUnixTimeMilliseconds() ?? 0).ToString(CultureInfo.InvariantCulture);
}

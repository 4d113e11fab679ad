namespace AsyncStack.Worker.Execution;

/// <summary>Why a running attempt is told to stop.</summary>
public enum StopCause
{
    None,

    /// <summary>It took longer than the job's timeout.</summary>
    TimedOut,

    /// <summary>The job was canceled, or is another worker's now: whatever comes of the attempt is discarded.</summary>
    Lost,

    /// <summary>The worker stops and waits no longer.</summary>
    Stopping,
}

/// <summary>An attempt under way in this process.</summary>
public sealed class RunningJob(ClaimedJob job) : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _cause;
    private float _progress;
    private float _written;

    public ClaimedJob Job => job;

    public CancellationToken Token => _source.Token;

    /// <summary>Completes when the attempt is told to stop.</summary>
    public Task Stopped => _stopped.Task;

    /// <summary>The first cause it was given.</summary>
    public StopCause Cause => (StopCause)Volatile.Read(ref _cause);

    /// <summary>Tells the attempt to stop; returns at once, whatever the handler does with it.</summary>
    public void Stop(StopCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)StopCause.None) == (int)StopCause.None)
        {
            _stopped.SetResult();
            _ = CancelAsync();
        }
    }

    public void ReportProgress(double progress) => Volatile.Write(ref _progress, (float)Math.Clamp(progress, 0, 1));

    /// <summary>The progress to write, or null when it has not changed since it was last written.</summary>
    public (float Value, bool First)? UnwrittenProgress()
    {
        var progress = Volatile.Read(ref _progress);
        return progress == _written ? null : (progress, _written == 0);
    }

    public void MarkWritten(float progress) => _written = progress;

    public void Dispose() => _source.Dispose();

    private async Task CancelAsync()
    {
        try
        {
            await _source.CancelAsync();
        }
        catch (Exception exception) when (exception is ObjectDisposedException or AggregateException)
        {
            // The attempt ended meanwhile, or a callback of its handler threw; neither concerns who stops it.
        }
    }
}

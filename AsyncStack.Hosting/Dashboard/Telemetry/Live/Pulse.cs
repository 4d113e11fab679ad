namespace AsyncStack.Hosting.Dashboard.Telemetry.Live;

/// <summary>Wakes who waits for news; costs a writer next to nothing while nobody does.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource? _next;

    /// <summary>Completes at the next beat. Take it before looking for news, so that none falls in between.</summary>
    public Task Next
    {
        get
        {
            var next = Volatile.Read(ref _next);
            if (next is not null)
                return next.Task;
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
        }
    }

    public void Beat() => Interlocked.Exchange(ref _next, null)?.SetResult();
}

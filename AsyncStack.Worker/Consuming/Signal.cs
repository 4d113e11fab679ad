namespace AsyncStack.Worker.Consuming;

/// <summary>Wakes one waiter; set several times before anybody waits, it wakes once.</summary>
public class Signal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);
    private readonly Lock _lock = new();

    public void Set()
    {
        lock (_lock)
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
    }

    /// <summary>Waits for <see cref="Set"/>, at most so long; null waits for ever.</summary>
    /// <returns>False when the time passed.</returns>
    public Task<bool> WaitAsync(TimeSpan? atMost, CancellationToken cancellationToken) =>
        _set.WaitAsync(atMost ?? Timeout.InfiniteTimeSpan, cancellationToken);

    public void Dispose()
    {
        _set.Dispose();
        GC.SuppressFinalize(this);
    }
}

using System.Threading.Channels;

namespace AsyncStack.Notifier.Delivery;

/// <summary>
/// Wakes the due loop early. Several signals before it looks are one, and future times are rounded up to a tenth of a second,
/// so that many retries at slightly different times cost few looks.
/// </summary>
internal sealed class DueSignal(TimeProvider time)
{
    private static readonly long Grid = TimeSpan.FromMilliseconds(100).Ticks;

    private readonly Channel<DateTimeOffset> _times = Channel.CreateBounded<DateTimeOffset>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _gate = new();
    private DateTimeOffset _wakeAt = DateTimeOffset.MaxValue;

    /// <summary>Something is due now.</summary>
    public void Set() => Wake(time.GetUtcNow());

    /// <summary>Something will be due then.</summary>
    public void SetNotLaterThan(DateTimeOffset at) => Wake(RoundUp(at));

    /// <summary>Waits until <paramref name="at"/>, or earlier when a signal asks for it.</summary>
    public async Task WaitUntilAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        Wake(RoundUp(at));
        while (WakeAt() - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            await WaitForSignalAsync(wait, cancellationToken);
        }

        lock (_gate)
        {
            _wakeAt = DateTimeOffset.MaxValue;
        }
    }

    private static DateTimeOffset RoundUp(DateTimeOffset at) => new((at.UtcTicks + Grid - 1) / Grid * Grid, TimeSpan.Zero);

    private void Wake(DateTimeOffset at)
    {
        lock (_gate)
        {
            if (at >= _wakeAt)
            {
                return;
            }

            _wakeAt = at;
        }

        _times.Writer.TryWrite(at);
    }

    private DateTimeOffset WakeAt()
    {
        lock (_gate)
        {
            return _wakeAt;
        }
    }

    private async Task WaitForSignalAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _times.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}

namespace AsyncStack.Worker.Consuming;

/// <summary>Goes on trying while something is away.</summary>
public static class Outage
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    /// <summary>Runs the action until it succeeds, with growing pauses of at most 5 s.</summary>
    public static async Task OutlastAsync(
        Func<Task> action, Action<Exception> failed, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = Next(delay))
        {
            try
            {
                await action();
                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failed(exception);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private static TimeSpan Next(TimeSpan delay) => delay * 2 < MaxDelay ? delay * 2 : MaxDelay;
}

namespace AsyncStack.Hosting.Running;

/// <summary>How long to wait before the next probe: eager while a resource comes up, idle once it is known to be well.</summary>
internal sealed class ProbePace
{
    private static readonly TimeSpan FirstUnhealthy = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastUnhealthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstHealthy = TimeSpan.FromSeconds(5);

    // A process that ends is noticed at once; this is for one that runs and does not answer.
    private static readonly TimeSpan LastHealthy = TimeSpan.FromSeconds(15);

    private TimeSpan _pause;
    private bool? _wasHealthy;

    public TimeSpan Next(bool isHealthy)
    {
        var (first, last) = isHealthy ? (FirstHealthy, LastHealthy) : (FirstUnhealthy, LastUnhealthy);
        _pause = _wasHealthy == isHealthy ? TimeSpan.FromTicks(Math.Min(last.Ticks, _pause.Ticks * 3 / 2)) : first;
        _wasHealthy = isHealthy;
        return _pause;
    }
}

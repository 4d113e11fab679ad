namespace AsyncStack.Worker.Execution;

/// <summary>Exponential backoff with full jitter.</summary>
public static class RetryDelay
{
    /// <summary>A time between zero and the bound, which doubles with every attempt up to <paramref name="max"/>.</summary>
    /// <param name="attempt">The attempt that went wrong, from 1.</param>
    /// <param name="baseDelay">The bound after the first attempt.</param>
    /// <param name="max">The bound of bounds.</param>
    /// <param name="random">From 0 to 1: where in the range the delay lies.</param>
    public static TimeSpan After(int attempt, TimeSpan baseDelay, TimeSpan max, double random)
    {
        var bound = Math.Min(baseDelay.TotalSeconds * Math.Pow(2, Math.Max(attempt, 1) - 1), max.TotalSeconds);
        return TimeSpan.FromSeconds(bound * random);
    }
}

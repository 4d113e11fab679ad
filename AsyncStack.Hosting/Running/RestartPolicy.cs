namespace AsyncStack.Hosting.Running;

/// <summary>What follows the end of a process that nobody asked to end.</summary>
internal enum AfterExit
{
    /// <summary>It did what it had to do.</summary>
    Finished,

    /// <summary>It is started again after the delay.</summary>
    Restart,

    /// <summary>It is not started again.</summary>
    Failed,
}

/// <summary>Decides it.</summary>
internal static class RestartPolicy
{
    /// <summary>Crashes in a row, none of them after having been healthy, that make a resource count as failed.</summary>
    public const int CrashesBeforeFailure = 5;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    /// <param name="isServer">A server never ends by itself: any end is a crash.</param>
    /// <param name="isAwaitedForCompletion">Others wait for it to complete, so that its failure has to be seen, not repeated.</param>
    /// <param name="exitCode">How it ended.</param>
    /// <param name="wasEverHealthy">It has worked before, so it may work again.</param>
    /// <param name="crashesInARow">Crashes since it was last stable, this one included.</param>
    public static AfterExit Decide(bool isServer, bool isAwaitedForCompletion, int exitCode, bool wasEverHealthy, int crashesInARow)
    {
        if (isAwaitedForCompletion)
            return exitCode == 0 ? AfterExit.Finished : AfterExit.Failed;
        if (exitCode == 0 && !isServer)
            return AfterExit.Finished;
        return wasEverHealthy || crashesInARow < CrashesBeforeFailure ? AfterExit.Restart : AfterExit.Failed;
    }

    /// <summary>Doubles from half a second to half a minute.</summary>
    public static TimeSpan Delay(int crashesInARow)
        => TimeSpan.FromTicks(Math.Min(LongestDelay.Ticks, FirstDelay.Ticks << Math.Clamp(crashesInARow - 1, 0, 10)));
}

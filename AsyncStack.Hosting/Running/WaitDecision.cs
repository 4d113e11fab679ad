using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Running;

/// <summary>Whether a wait is over, and how.</summary>
internal static class WaitDecision
{
    public static bool IsOver(WaitAnnotation wait, CustomResourceSnapshot snapshot) => wait.WaitType switch
    {
        WaitType.WaitForCompletion => snapshot.HasFailed() || snapshot.Is(KnownResourceStates.Finished),
        WaitType.WaitUntilStarted => snapshot.Is(KnownResourceStates.Running) || HasEnded(snapshot),
        _ => snapshot.IsHealthy() || HasEnded(snapshot),
    };

    /// <summary>Null when what was waited for has come.</summary>
    public static string? Problem(WaitAnnotation wait, CustomResourceSnapshot snapshot)
    {
        if (snapshot.Is(KnownResourceStates.FailedToStart))
            return $"failed to start: {snapshot.Reason}";
        if (wait.WaitType == WaitType.WaitForCompletion)
            return snapshot.ExitCode == wait.ExitCode ? null : $"ended with exit code {snapshot.ExitCode}, not {wait.ExitCode}";
        return HasEnded(snapshot) ? $"has ended: {snapshot.Reason ?? "exit code " + snapshot.ExitCode}" : null;
    }

    // One that was stopped on command may be started again, so it is waited for.
    private static bool HasEnded(CustomResourceSnapshot snapshot) => snapshot.HasFailed() || snapshot.Is(KnownResourceStates.Finished);
}

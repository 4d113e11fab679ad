namespace AsyncStack.Core.Workflows.Running;

/// <summary>Notifications about runs; they may be lost, and whoever listens also looks by itself.</summary>
public static class RunSignals
{
    /// <summary>
    /// A run was made, began or ended; the payload is its id. Steps do not tell of themselves, because a notification serializes commits.
    /// </summary>
    public const string Changed = "run_changed";
}

namespace AsyncStack.Core.Workflows.Running;

/// <summary>Values of <c>workflow_runs.state</c>.</summary>
public static class RunState
{
    /// <summary>It waits for its time, or for another run to end.</summary>
    public const string Queued = "queued";

    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } = [Queued, Running, Completed, Failed, Canceled];

    public static bool HasEnded(string state) => state is not (Queued or Running);
}

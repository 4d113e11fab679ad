namespace AsyncStack.Core.Jobs;

/// <summary>Values of <c>jobs.state</c>.</summary>
public static class JobState
{
    /// <summary>Waits for <c>run_at</c>: delayed by its submitter or by a retry.</summary>
    public const string Scheduled = "scheduled";

    /// <summary>Told to the broker, or about to be.</summary>
    public const string Queued = "queued";

    /// <summary>Claimed by a worker, or handed to a program outside (then <c>worker_id</c> is null).</summary>
    public const string Running = "running";

    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Canceled = "canceled";

    /// <summary>The word callers see: <c>pending</c> covers both scheduled and queued.</summary>
    public static string ToPublic(string state) => state is Scheduled or Queued ? "pending" : state;
}

/// <summary>Values of <c>jobs.priority</c>; each has a queue of its own.</summary>
public static class JobPriority
{
    public const string High = "high";
    public const string Default = "default";
    public const string Low = "low";

    public static IReadOnlyList<string> All { get; } = [High, Default, Low];
}

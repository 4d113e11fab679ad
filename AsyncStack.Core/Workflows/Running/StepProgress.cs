namespace AsyncStack.Core.Workflows.Running;

/// <summary>Values of <c>workflow_steps.state</c>.</summary>
public static class StepState
{
    /// <summary>What it depends on has not ended, or not as its trigger rule wants.</summary>
    public const string Waiting = "waiting";

    /// <summary>It has jobs, or is about to get them.</summary>
    public const string Running = "running";

    public const string Completed = "completed";

    /// <summary>A job of it has failed, or it could not begin.</summary>
    public const string Failed = "failed";

    /// <summary>It did not run because a step before it failed.</summary>
    public const string UpstreamFailed = "upstream_failed";

    /// <summary>It did not run because its trigger rule was not met.</summary>
    public const string Skipped = "skipped";

    /// <summary>It, or its run, was canceled.</summary>
    public const string Canceled = "canceled";

    public static IReadOnlyList<string> All { get; } = [Waiting, Running, Completed, Failed, UpstreamFailed, Skipped, Canceled];

    /// <summary>Whether nothing more becomes of a step in this state by itself.</summary>
    public static bool HasEnded(string state) => state is not (Waiting or Running);

    /// <summary>Whether a step in this state makes its run fail.</summary>
    public static bool IsFailure(string state) => state is Failed or UpstreamFailed or Canceled;
}

/// <summary>How far one step of a run is.</summary>
public sealed class StepProgress(int place)
{
    /// <summary>Its jobs have not been counted: a list must be filled in first.</summary>
    public const int Uncounted = -1;

    public int Place => place;

    public string State { get; set; } = StepState.Waiting;

    /// <summary>Grows by one each time the step is run again; jobs of earlier rounds are not its own any more.</summary>
    public int Round { get; set; } = 1;

    /// <summary>Its jobs, <see cref="Uncounted"/> before they are counted.</summary>
    public int Total { get; set; } = Uncounted;

    /// <summary>Jobs that were started.</summary>
    public int Next { get; set; }

    public int Completed { get; set; }

    public int Failed { get; set; }

    public int Canceled { get; set; }

    /// <summary>Why it failed, as the first failure says.</summary>
    public string? Error { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Whether it is to be written.</summary>
    public bool Changed { get; set; }

    public bool HasEnded => StepState.HasEnded(State);

    /// <summary>Jobs that have ended.</summary>
    public int Ended => Completed + Failed + Canceled;

    /// <summary>Jobs that were started and have not ended.</summary>
    public int Live => Next - Ended;

    internal void Restart()
    {
        (State, Round, Total, Next, Completed, Failed, Canceled) = (StepState.Waiting, Round + 1, Uncounted, 0, 0, 0, 0);
        (Error, StartedAt, FinishedAt, Changed) = (null, null, null, true);
    }
}

using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>A run that is to be.</summary>
public sealed record NewRun
{
    public required Guid Id { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    /// <summary>That version.</summary>
    public required RunPlan Plan { get; init; }

    /// <summary>Its input, a JSON object that the version allows.</summary>
    public required string Input { get; init; }

    /// <summary>What its submitter knows it by, unique; null for its id.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Who is told of its end.</summary>
    public string? CallbackUrl { get; init; }

    public string Priority { get; init; } = JobPriority.Default;

    /// <summary>Time before which it does not begin.</summary>
    public DateTimeOffset? RunAt { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>The schedule that wants it, whose time <see cref="ScheduledAt"/> is.</summary>
    public string? Schedule { get; init; }

    /// <summary>The time it is for, as its templates may name it.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>The backfill it is of, which has it begin when there is a place.</summary>
    public Guid? BackfillId { get; init; }
}

/// <summary>What became of a command for a run.</summary>
public enum RunChange
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is no such run.</summary>
    NotFound,

    /// <summary>It is a step of another run, which alone can run it again.</summary>
    IsChild,

    /// <summary>It has not begun.</summary>
    NotBegun,

    /// <summary>One of the steps runs now.</summary>
    StepRuns,

    /// <summary>There is no step to which it applies.</summary>
    NoStep,

    /// <summary>It has ended.</summary>
    HasEnded,

    /// <summary>It was done before.</summary>
    DoneBefore,
}

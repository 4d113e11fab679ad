namespace AsyncStack.Core.Workflows.Running;

/// <summary>How a job of a tree stands when it is written.</summary>
/// <param name="State">A value of <c>jobs.state</c>. Scheduled without a time waits for a place.</param>
/// <param name="RunAt">When it is due.</param>
/// <param name="Deadline">When it is over, for one that runs without a worker.</param>
/// <param name="Pool">The pool whose place it takes, or waits for.</param>
/// <param name="Result">JSON, for one that has ended already.</param>
/// <param name="Error">Why it failed, for one that has ended already.</param>
internal readonly record struct JobStanding(
    string State, DateTimeOffset? RunAt = null, DateTimeOffset? Deadline = null, string? Pool = null, string? Result = null, string? Error = null);

/// <summary>A job of a tree to be inserted: one of a step, or that of a run.</summary>
internal sealed record StepJob
{
    public required Guid Id { get; init; }

    public string? CorrelationId { get; init; }

    public required string JobType { get; init; }

    public required string Payload { get; init; }

    public required string Priority { get; init; }

    public required int MaxAttempts { get; init; }

    public required int TimeoutSeconds { get; init; }

    public int? RetryDelaySeconds { get; init; }

    public string? CallbackUrl { get; init; }

    public string? TraceParent { get; init; }

    public Guid? DatasetId { get; init; }

    public required Guid RootRunId { get; init; }

    /// <summary>The run whose step it is of; null for the job of the outermost run.</summary>
    public Guid? RunId { get; init; }

    public string? Step { get; init; }

    public int? Index { get; init; }

    public int? Round { get; init; }

    public required JobStanding Standing { get; init; }
}

/// <summary>A job of a tree that has ended.</summary>
/// <param name="Id">The job.</param>
/// <param name="JobType">Its type; a run's own job has the run's id.</param>
/// <param name="RunId">The run whose step it was of.</param>
/// <param name="Step">That step.</param>
/// <param name="Round">The step's round.</param>
/// <param name="State">How it ended.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Pool">The pool whose place it leaves.</param>
public sealed record EndedStepJob(Guid Id, string JobType, Guid? RunId, string? Step, int Round, string State, string? Error, string? Pool)
{
    /// <summary>The columns of <c>jobs</c> that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = "id, job_type, run_id, step, coalesce(step_round, 0), state, error_message, pool";

    public static EndedStepJob Read(System.Data.Common.DbDataReader row, int first) => new(
        row.GetGuid(first),
        row.GetString(first + 1),
        row.IsDBNull(first + 2) ? null : row.GetGuid(first + 2),
        row.IsDBNull(first + 3) ? null : row.GetString(first + 3),
        row.GetInt32(first + 4),
        row.GetString(first + 5),
        row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
        row.IsDBNull(first + 7) ? null : row.GetString(first + 7));
}

using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Workflows;

/// <summary>A run with how its steps stand.</summary>
/// <param name="Run">The run.</param>
/// <param name="Steps">Its steps, in the order of the definition.</param>
internal sealed record RunGridRow(RunSummary Run, IReadOnlyList<StepSummary> Steps);

/// <summary>How a step of a run stands.</summary>
/// <param name="Id">Its id in the workflow.</param>
/// <param name="State">How it stands.</param>
/// <param name="Round">How often it was run, by a rerun or a clearing again.</param>
/// <param name="Total">Its jobs; null before they are counted.</param>
/// <param name="Running">Jobs that were started and have not ended.</param>
/// <param name="Completed">Jobs that completed.</param>
/// <param name="Failed">Jobs that failed.</param>
/// <param name="Canceled">Jobs that were canceled.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="StartedAt">When its first job was started.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record StepSummary(
    string Id,
    [property: AllowedValues("waiting", "running", "completed", "failed", "upstream_failed", "skipped", "canceled")] string State,
    int Round,
    int? Total,
    int Running,
    int Completed,
    int Failed,
    int Canceled,
    string? ErrorMessage,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

/// <summary>A step of a run.</summary>
/// <param name="Id">Its id in the workflow.</param>
/// <param name="JobType">What runs it.</param>
/// <param name="DependsOn">The steps before it.</param>
/// <param name="State">How it stands.</param>
/// <param name="Round">How often it was run, by a rerun or a clearing again.</param>
/// <param name="Total">Its jobs; null before they are counted.</param>
/// <param name="Running">Jobs that were started and have not ended.</param>
/// <param name="Completed">Jobs that completed.</param>
/// <param name="Failed">Jobs that failed.</param>
/// <param name="Canceled">Jobs that were canceled.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="StartedAt">When its first job was started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Jobs">Its jobs of this round, the first hundred; all are to be had of the step.</param>
internal sealed record StepView(
    string Id,
    string JobType,
    IReadOnlyList<string> DependsOn,
    [property: AllowedValues("waiting", "running", "completed", "failed", "upstream_failed", "skipped", "canceled")] string State,
    int Round,
    int? Total,
    int Running,
    int Completed,
    int Failed,
    int Canceled,
    string? ErrorMessage,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<StepJobView> Jobs);

/// <summary>A job of a step.</summary>
/// <param name="Id">The job; of a <c>workflow</c> step also the child run.</param>
/// <param name="Index">The place of its item.</param>
/// <param name="Round">The step's round that it is of.</param>
/// <param name="JobStatus">How it stands.</param>
/// <param name="Attempt">How often it was started.</param>
/// <param name="MaxAttempts">How often it may be.</param>
/// <param name="Progress">From 0 to 1.</param>
/// <param name="HasResult">Whether it has a result, to be had of the job.</param>
/// <param name="ResultUri">Where a result lies that is larger than 64 KiB.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="Signal">The signal that it waits for, of a <c>wait</c> step.</param>
/// <param name="RunAt">When it is due, for one that waits for a time.</param>
/// <param name="StartedAt">When its last attempt started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Attempts">Its attempts, the first one first; only where the step is asked for.</param>
internal sealed record StepJobView(
    Guid Id,
    int Index,
    int Round,
    [property: AllowedValues("pending", "running", "completed", "failed", "canceled")] string JobStatus,
    int Attempt,
    int MaxAttempts,
    double Progress,
    bool HasResult,
    string? ResultUri,
    string? ErrorMessage,
    string? Signal,
    DateTimeOffset? RunAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<StepAttemptView>? Attempts = null);

/// <summary>An attempt at a job of a step.</summary>
/// <param name="Attempt">Its number, from 1.</param>
/// <param name="State">How it stands, or ended.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="ErrorMessage">Why it failed.</param>
internal sealed record StepAttemptView(
    int Attempt,
    [property: AllowedValues("running", "completed", "failed", "canceled")] string State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    string? ErrorMessage);

/// <summary>A line that a step logged.</summary>
/// <param name="Id">Its number; grows along a run.</param>
/// <param name="Step">The step.</param>
/// <param name="Index">The place of its item.</param>
/// <param name="JobId">Its job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="At">When.</param>
/// <param name="Level">How bad.</param>
/// <param name="Message">What.</param>
internal sealed record StepLogView(
    long Id,
    string Step,
    int Index,
    Guid JobId,
    int Attempt,
    DateTimeOffset At,
    [property: AllowedValues("debug", "info", "warning", "error")] string Level,
    string Message);

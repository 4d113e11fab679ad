using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Workflows;

/// <summary>A version of a workflow.</summary>
/// <param name="Id">UUIDv7 of the workflow.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version.</param>
/// <param name="Definition">The version as it was sent.</param>
/// <param name="CreatedAt">When the workflow was.</param>
/// <param name="UpdatedAt">When the version was.</param>
internal sealed record WorkflowView(Guid Id, string Name, int Version, JsonElement Definition, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A workflow as lists show it.</summary>
/// <param name="Id">UUIDv7 of the workflow.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its current version.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Steps">How many steps it has.</param>
/// <param name="ActiveRuns">Runs that have not ended.</param>
/// <param name="RecentRuns">The last ten runs, newest first.</param>
/// <param name="NextRunAt">When a schedule starts it next.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its current version was.</param>
internal sealed record WorkflowSummary(
    Guid Id,
    string Name,
    int Version,
    string? Description,
    int Steps,
    int ActiveRuns,
    IReadOnlyList<RecentRun> RecentRuns,
    DateTimeOffset? NextRunAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A run as it is shown with its workflow.</summary>
/// <param name="Id">The run.</param>
/// <param name="State">How it stands.</param>
/// <param name="StartedAt">When it began, the last time.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record RecentRun(
    Guid Id,
    [property: AllowedValues("queued", "running", "completed", "failed", "canceled")] string State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

/// <summary>Whether a definition is good.</summary>
/// <param name="Valid">Whether it would be taken.</param>
/// <param name="Errors">What is wrong, at most twenty.</param>
/// <param name="NextRuns">The next five times of its schedule.</param>
internal sealed record ValidationView(bool Valid, IReadOnlyList<ValidationError> Errors, IReadOnlyList<DateTimeOffset> NextRuns);

/// <summary>What is wrong with a definition.</summary>
/// <param name="Field">Where, by its path, such as <c>steps[2].depends_on</c>.</param>
/// <param name="Step">The id of the step it is in.</param>
/// <param name="Message">What, and what would be right.</param>
internal sealed record ValidationError(string Field, string? Step, string Message);

/// <summary>A run as lists show it.</summary>
/// <param name="Id">UUIDv7 of the run, and of its job.</param>
/// <param name="Workflow">Its workflow.</param>
/// <param name="Version">The version it runs by.</param>
/// <param name="State">How it stands.</param>
/// <param name="CorrelationId">What its submitter knows it by.</param>
/// <param name="ParentRunId">The run whose step it is.</param>
/// <param name="Schedule">The schedule that started it.</param>
/// <param name="ScheduledAt">The time it is for.</param>
/// <param name="BackfillId">The backfill it is of.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it began, the last time.</param>
/// <param name="FinishedAt">When it ended.</param>
internal sealed record RunSummary(
    Guid Id,
    string Workflow,
    int Version,
    [property: AllowedValues("queued", "running", "completed", "failed", "canceled")] string State,
    string CorrelationId,
    Guid? ParentRunId,
    string? Schedule,
    DateTimeOffset? ScheduledAt,
    Guid? BackfillId,
    string? ErrorMessage,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

/// <summary>A run with its steps.</summary>
/// <param name="Id">UUIDv7 of the run, and of its job.</param>
/// <param name="Workflow">Its workflow.</param>
/// <param name="Version">The version it runs by.</param>
/// <param name="State">How it stands.</param>
/// <param name="CorrelationId">What its submitter knows it by.</param>
/// <param name="ParentRunId">The run whose step it is.</param>
/// <param name="Schedule">The schedule that started it.</param>
/// <param name="ScheduledAt">The time it is for.</param>
/// <param name="BackfillId">The backfill it is of.</param>
/// <param name="Input">Its input.</param>
/// <param name="Result">Its result.</param>
/// <param name="ErrorMessage">Why it failed.</param>
/// <param name="CallbackUrl">Who is told of its end.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it began, the last time.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Steps">Its graph: each step with those it depends on.</param>
internal sealed record RunView(
    Guid Id,
    string Workflow,
    int Version,
    [property: AllowedValues("queued", "running", "completed", "failed", "canceled")] string State,
    string CorrelationId,
    Guid? ParentRunId,
    string? Schedule,
    DateTimeOffset? ScheduledAt,
    Guid? BackfillId,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Input,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Result,
    string? ErrorMessage,
    string? CallbackUrl,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    IReadOnlyList<StepView> Steps);

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

/// <summary>Runs over a period.</summary>
/// <param name="Id">UUIDv7 of the backfill.</param>
/// <param name="Workflow">The workflow.</param>
/// <param name="From">Times after this one.</param>
/// <param name="To">Times up to and with this one.</param>
/// <param name="Parallelism">Runs at once.</param>
/// <param name="Runs">How many runs there are.</param>
/// <param name="States">How many of them are in each state.</param>
/// <param name="CreatedAt">When it was accepted.</param>
internal sealed record BackfillView(
    Guid Id, string Workflow, DateTimeOffset From, DateTimeOffset To, int Parallelism, int Runs, IReadOnlyDictionary<string, int> States, DateTimeOffset CreatedAt);

/// <summary>A limit of jobs at once over all runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slots">Its places.</param>
/// <param name="Used">Places that are taken.</param>
/// <param name="Waiting">Jobs that wait for one.</param>
internal sealed record PoolView(string Name, int Slots, int Used, int Waiting);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(WorkflowView))]
[JsonSerializable(typeof(List<WorkflowSummary>))]
[JsonSerializable(typeof(ValidationView))]
[JsonSerializable(typeof(List<RunGridRow>))]
[JsonSerializable(typeof(StepSummary))]
[JsonSerializable(typeof(List<WorkflowView>))]
[JsonSerializable(typeof(List<RunSummary>))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(List<StepJobView>))]
[JsonSerializable(typeof(List<StepLogView>))]
[JsonSerializable(typeof(StepLogView))]
[JsonSerializable(typeof(BackfillView))]
[JsonSerializable(typeof(List<BackfillView>))]
[JsonSerializable(typeof(PoolView))]
[JsonSerializable(typeof(List<PoolView>))]
internal sealed partial class WorkflowJson : JsonSerializerContext;

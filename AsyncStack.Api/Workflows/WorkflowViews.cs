using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

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

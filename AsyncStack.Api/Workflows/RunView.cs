using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Workflows;

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

using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AsyncStack.Api.Workflows;

/// <summary>A workflow, as the document describes it; <c>DefinitionParser</c> reads it.</summary>
internal sealed record WorkflowBody
{
    /// <summary>Its steps, 1 to 1,000.</summary>
    [MinLength(1), MaxLength(1000)]
    public required List<WorkflowStepBody> Steps { get; init; }

    /// <summary>What it is for.</summary>
    [StringLength(2000, MinimumLength = 1)]
    public string? Description { get; init; }

    /// <summary>The fields a run's input may have, each <c>{"type", "required", "default"}</c>; any when it is left out.</summary>
    public JsonObject? Input { get; init; }

    /// <summary>What the run's result is made of; the results of the steps on which none depends when it is left out.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Runs at once; more wait.</summary>
    [Range(1, 10_000)]
    public int? MaxActiveRuns { get; init; }

    /// <summary>Jobs of one run at once.</summary>
    [Range(1, 10_000)]
    public int? Concurrency { get; init; }

    /// <summary>Seconds that a run may take; a day when it is left out.</summary>
    [Range(1, 2_592_000)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>When it starts by itself.</summary>
    public WorkflowScheduleBody? Schedule { get; init; }
}

/// <summary>A step, as the document describes it.</summary>
internal sealed record WorkflowStepBody
{
    /// <summary>Its name in the workflow.</summary>
    [StringLength(100, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_-]+$")]
    public required string Id { get; init; }

    /// <summary>A job type, or <c>http</c>, <c>wait</c>, <c>workflow</c> or <c>dataset.validate</c>.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string JobType { get; init; }

    /// <summary>The job's payload, in which templates such as <c>{{input.x}}</c> may stand.</summary>
    public JsonObject? Params { get; init; }

    /// <summary>Ids of the steps that must end before it.</summary>
    public List<string>? DependsOn { get; init; }

    /// <summary>How often a job of it may be started; 3 when it is left out.</summary>
    [Range(1, 50)]
    public int? MaxAttempts { get; init; }

    /// <summary>Seconds before another attempt; a growing wait when it is left out.</summary>
    [Range(0, 86_400)]
    public int? RetryDelaySeconds { get; init; }

    /// <summary>Seconds for one attempt; 600 when it is left out, a day for what waits.</summary>
    [Range(1, 2_592_000)]
    public int? TimeoutSeconds { get; init; }

    /// <summary>How the steps before it must have ended; <c>all_success</c> when it is left out.</summary>
    [AllowedValues("all_success", "all_done", "one_failed")]
    public string? TriggerRule { get; init; }

    /// <summary>A template of a list; each item gets a job.</summary>
    [StringLength(1000, MinimumLength = 1)]
    public string? ForEach { get; init; }

    /// <summary>Jobs of a <c>for_each</c> step at once.</summary>
    [Range(1, 10_000)]
    public int? Concurrency { get; init; }

    /// <summary>The pool whose places its jobs take.</summary>
    [StringLength(100, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_-]+$")]
    public string? Pool { get; init; }

    /// <summary>Which of its jobs go first; as the run when it is left out.</summary>
    [AllowedValues("high", "default", "low")]
    public string? Priority { get; init; }
}

/// <summary>When a workflow starts by itself, as the document describes it.</summary>
internal sealed record WorkflowScheduleBody
{
    /// <summary>A cron expression: five fields, or six to seven with seconds first.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Cron { get; init; }

    /// <summary>An IANA name; UTC when it is left out.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? TimeZone { get; init; }

    /// <summary>The latest that a start is delayed, by a number that is the same for one time.</summary>
    [Range(0, 3600)]
    public int? JitterSeconds { get; init; }

    /// <summary>What becomes of missed times; <c>one</c> when it is left out.</summary>
    [AllowedValues("none", "one", "all")]
    public string? CatchUp { get; init; }

    /// <summary>Missed times that are made up for at the most; 10 when it is left out.</summary>
    [Range(1, 1000)]
    public int? CatchUpLimit { get; init; }

    /// <summary>The input of its runs.</summary>
    public JsonObject? Input { get; init; }
}

/// <summary>A run to start, as the document describes it; <see cref="RunRequest"/> reads it.</summary>
internal sealed record RunBody
{
    /// <summary>Its input; empty when it is left out.</summary>
    public JsonObject? Input { get; init; }

    /// <summary>A version of the workflow; the current one when it is left out.</summary>
    [Range(1, int.MaxValue)]
    public int? Version { get; init; }

    /// <summary>What the submitter knows it by, unique; its id when it is left out.</summary>
    [StringLength(128, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_.~:@+=-]+$")]
    public string? CorrelationId { get; init; }

    /// <summary>Who is told at the end: an absolute http or https address without user name.</summary>
    [StringLength(2048, MinimumLength = 1)]
    public string? CallbackUrl { get; init; }

    /// <summary>Which of its jobs go first.</summary>
    [AllowedValues("high", "default", "low")]
    public string? Priority { get; init; }

    /// <summary>Time before which it does not begin; at once when it is left out.</summary>
    public DateTimeOffset? RunAt { get; init; }
}

/// <summary>Runs over a period, as the document describes them.</summary>
internal sealed record BackfillBody
{
    /// <summary>Times after this one.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Times up to and with this one.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The times; those of the workflow's own schedule when it is left out.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? Cron { get; init; }

    /// <summary>The zone of <c>cron</c>; UTC when it is left out.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? TimeZone { get; init; }

    /// <summary>Runs at once; 1 when it is left out.</summary>
    [Range(1, 1000)]
    public int? Parallelism { get; init; }

    /// <summary>The input of the runs.</summary>
    public JsonObject? Input { get; init; }
}

/// <summary>Which steps of a run are run again.</summary>
internal sealed record RerunBody
{
    /// <summary>This step and all that depend on it; every step that did not complete when it is left out.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? From { get; init; }
}

/// <summary>Places of a pool.</summary>
internal sealed record PoolBody
{
    /// <summary>Jobs that run at once, over all runs; 0 lets none begin.</summary>
    [Range(0, 100_000)]
    public required int Slots { get; init; }
}

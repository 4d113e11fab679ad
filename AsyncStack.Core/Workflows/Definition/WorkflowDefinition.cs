using System.Text.Json;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>A workflow as it was checked: a graph of steps without cycles.</summary>
public sealed record WorkflowDefinition
{
    /// <summary>Steps in one workflow at the most.</summary>
    public const int MaxSteps = 1000;

    public required IReadOnlyList<StepDefinition> Steps { get; init; }

    /// <summary>The fields a run's input may have; null when it may have any.</summary>
    public IReadOnlyDictionary<string, InputField>? Input { get; init; }

    /// <summary>What the run's result is made of; null for the results of the steps nobody depends on.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>Runs at once; more wait. Null for any number.</summary>
    public int? MaxActiveRuns { get; init; }

    /// <summary>Jobs of one run at once; null for any number.</summary>
    public int? Concurrency { get; init; }

    /// <summary>How long a run may take from its start.</summary>
    public required int TimeoutSeconds { get; init; }

    public string? Description { get; init; }

    public ScheduleDefinition? Schedule { get; init; }
}

/// <summary>One step: a job, or one for each item of a list.</summary>
public sealed record StepDefinition
{
    public required string Id { get; init; }

    public required string JobType { get; init; }

    /// <summary>The job's payload, in which templates may stand.</summary>
    public required JsonElement Params { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    public required int MaxAttempts { get; init; }

    /// <summary>The wait before another attempt; null for the worker's growing one.</summary>
    public int? RetryDelaySeconds { get; init; }

    public required int TimeoutSeconds { get; init; }

    /// <summary>One of <see cref="TriggerRules"/>.</summary>
    public string TriggerRule { get; init; } = TriggerRules.AllSuccess;

    /// <summary>A template of a list, each item of which gets a job.</summary>
    public string? ForEach { get; init; }

    /// <summary>Jobs of a <see cref="ForEach"/> step at once; null for any number.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The pool whose places its jobs take.</summary>
    public string? Pool { get; init; }

    /// <summary>The priority of its jobs; null for the run's.</summary>
    public string? Priority { get; init; }
}

/// <summary>When a step may run, by how the steps it depends on ended.</summary>
public static class TriggerRules
{
    /// <summary>All have completed.</summary>
    public const string AllSuccess = "all_success";

    /// <summary>All have ended, however.</summary>
    public const string AllDone = "all_done";

    /// <summary>One has failed or could not run because of a failure; the others are not waited for.</summary>
    public const string OneFailed = "one_failed";

    public static IReadOnlyList<string> All { get; } = [AllSuccess, AllDone, OneFailed];
}

/// <summary>A field of a run's input.</summary>
/// <param name="Type"><c>string</c>, <c>number</c>, <c>boolean</c>, <c>object</c>, <c>array</c>; null for any.</param>
/// <param name="Required">Whether a run must give it.</param>
/// <param name="Default">What it is when a run does not give it; null for nothing.</param>
public sealed record InputField(string? Type, bool Required, JsonElement? Default);

/// <summary>When a workflow starts by itself.</summary>
/// <param name="Cron">A cron expression with seconds, or with five fields.</param>
/// <param name="TimeZone">An IANA name such as <c>Europe/Berlin</c>.</param>
/// <param name="JitterSeconds">The latest that a start is delayed, by a number that is the same for one time.</param>
/// <param name="CatchUp">What becomes of times that were missed: one of <see cref="CatchUps"/>.</param>
/// <param name="CatchUpLimit">Missed times that are made up for at the most.</param>
/// <param name="Input">The input of its runs.</param>
public sealed record ScheduleDefinition(string Cron, string TimeZone, int JitterSeconds, string CatchUp, int CatchUpLimit, JsonElement Input);

/// <summary>What becomes of a schedule's times that passed while nobody could start them.</summary>
public static class CatchUps
{
    /// <summary>They are left out.</summary>
    public const string None = "none";

    /// <summary>The last of them is made up for.</summary>
    public const string One = "one";

    /// <summary>The last of them are made up for, as many as the limit allows.</summary>
    public const string All = "all";

    public static IReadOnlyList<string> Names { get; } = [None, One, All];
}

/// <summary>What is wrong with a definition.</summary>
/// <param name="Field">Where, by its path, such as <c>steps[2].depends_on</c>.</param>
/// <param name="Message">What, and what would be right; it names the step.</param>
public readonly record struct DefinitionError(string Field, string Message);

using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>A run as a transaction that holds its tree's lock works on it.</summary>
internal sealed class RunRecord(RunPlan plan, IReadOnlyList<StepProgress> steps)
{
    public required Guid Id { get; init; }

    /// <summary>The outermost run of its tree.</summary>
    public required Guid RootId { get; init; }

    public Guid? ParentId { get; init; }

    /// <summary>The step of its parent that it is a job of, and that step's round.</summary>
    public (string Step, int Round)? Parent { get; init; }

    /// <summary>Runs above it.</summary>
    public int Depth { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    public required string State { get; set; }

    public required JsonElement Input { get; init; }

    public required string Priority { get; init; }

    public required int TimeoutSeconds { get; init; }

    public string? TraceParent { get; init; }

    public string? Schedule { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public Guid? BackfillId { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Whether somebody is told of its end.</summary>
    public bool HasCallback { get; init; }

    /// <summary>Whether its row is to be inserted.</summary>
    public bool IsNew { get; set; }

    /// <summary>Whether its row is to be written.</summary>
    public bool Changed { get; set; }

    public RunPlan Plan => plan;

    public RunMachine Machine { get; } = new(plan, steps);

    /// <summary>What <c>steps.id.</c> names, as far as it was read.</summary>
    public Dictionary<string, JsonElement> Results { get; } = new(StringComparer.Ordinal);

    /// <summary>The lists of steps that were counted.</summary>
    public Dictionary<int, JsonElement> Lists { get; } = [];


    public JsonElement Described => JsonSerializer.SerializeToElement(
        new RunDescription(Id, Workflow, Version, ScheduledAt), RunJson.Default.RunDescription);
}

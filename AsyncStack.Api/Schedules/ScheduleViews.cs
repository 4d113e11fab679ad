using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Workflows.Schedules;

namespace AsyncStack.Api.Schedules;

/// <summary>A schedule, as the document describes it; <c>ScheduleParser</c> reads it.</summary>
internal sealed record ScheduleBody
{
    /// <summary>What it starts.</summary>
    [StringLength(100, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_-]+$")]
    public required string Workflow { get; init; }

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

/// <summary>A schedule as callers see it.</summary>
/// <param name="Id">UUIDv7 of the schedule.</param>
/// <param name="Name">Its name.</param>
/// <param name="Workflow">What it starts.</param>
/// <param name="Cron">Its expression.</param>
/// <param name="TimeZone">The zone of the expression.</param>
/// <param name="Input">The input of its runs.</param>
/// <param name="JitterSeconds">The latest that a start is delayed.</param>
/// <param name="CatchUp">What becomes of missed times.</param>
/// <param name="CatchUpLimit">Missed times that are made up for at the most.</param>
/// <param name="Paused">Whether it starts nothing.</param>
/// <param name="NextRuns">Its next times, five at the most; none while it is paused.</param>
/// <param name="LastRunAt">The last time that was started.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed.</param>
internal sealed record ScheduleView(
    Guid Id,
    string Name,
    string Workflow,
    string Cron,
    string TimeZone,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Input,
    int JitterSeconds,
    [property: AllowedValues("none", "one", "all")] string CatchUp,
    int CatchUpLimit,
    bool Paused,
    IReadOnlyList<DateTimeOffset> NextRuns,
    DateTimeOffset? LastRunAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    private const int NextShown = 5;

    public static ScheduleView Of(Schedule s) => new(
        s.Id, s.Name, s.Workflow, s.Cron, s.TimeZone, s.Input, s.JitterSeconds, s.CatchUp, s.CatchUpLimit, s.Paused, s.NextRuns(NextShown), s.LastAt, s.CreatedAt, s.UpdatedAt);
}

/// <summary>What a trigger started.</summary>
/// <param name="RunId">The run.</param>
internal sealed record TriggerAnswer(Guid RunId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ScheduleView))]
[JsonSerializable(typeof(List<ScheduleView>))]
[JsonSerializable(typeof(TriggerAnswer))]
internal sealed partial class ScheduleJson : JsonSerializerContext;

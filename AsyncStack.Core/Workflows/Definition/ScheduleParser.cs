using System.Text.Json;
using AsyncStack.Core.Workflows.Schedules;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>Reads when a workflow starts by itself.</summary>
public static class ScheduleParser
{
    private const int MaxJitterSeconds = 3600;
    private const int MaxCatchUp = 1000;
    private const int DefaultCatchUp = 10;

    /// <summary>The fields of a schedule, beside which a caller may have others.</summary>
    public static readonly IReadOnlyList<string> Fields = ["cron", "time_zone", "jitter_seconds", "catch_up", "catch_up_limit", "input"];

    /// <summary>Reads the fields of an object; null when the errors say why not.</summary>
    /// <param name="value">The object.</param>
    /// <param name="prefix">The path before its fields, with its dot.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static ScheduleDefinition? Read(JsonElement value, string prefix, List<DefinitionError> errors)
    {
        var before = errors.Count;
        var fields = new DefinitionFields(value, prefix, prefix.Length > 0 ? "The schedule: " : "", errors);
        var (cron, zone) = (fields.Text("cron", 200), fields.Text("time_zone", 100) ?? "UTC");
        if (cron is null && fields.Any("cron") is null)
        {
            fields.Wrong("cron", "cron is required: an expression such as '0 6 * * 1-5'.");
        }

        if (!CronTimes.TryFindZone(zone, out _))
        {
            fields.Wrong("time_zone", $"time_zone is '{zone}'; it must be an IANA name such as Europe/Berlin.");
        }
        else if (cron is not null && CronTimes.Explain(cron, zone) is { } wrong)
        {
            fields.Wrong("cron", $"cron is '{cron}': {wrong}");
        }

        var schedule = new ScheduleDefinition(
            cron ?? "",
            zone,
            fields.Integer("jitter_seconds", 0, MaxJitterSeconds) ?? 0,
            fields.OneOf("catch_up", CatchUps.Names) ?? CatchUps.One,
            fields.Integer("catch_up_limit", 1, MaxCatchUp) ?? DefaultCatchUp,
            fields.Object("input") ?? JsonElement.Parse("{}"));
        return errors.Count == before ? schedule : null;
    }

    internal static ScheduleDefinition? Read(DefinitionFields fields, List<DefinitionError> errors)
    {
        if (fields.Object("schedule") is not { } value)
        {
            return null;
        }

        new DefinitionFields(value, "schedule.", "The schedule: ", errors).Only(Fields);
        return Read(value, "schedule.", errors);
    }
}

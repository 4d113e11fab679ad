using System.Globalization;
using System.Text.Json;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Schedules;

namespace AsyncStack.Api.Workflows;

/// <summary>Reads a definition that somebody sends, and tells what is wrong with it.</summary>
internal static class WorkflowCheck
{
    private const int NextShown = 5;

    /// <summary>The definition; null when the errors say why not.</summary>
    public static WorkflowDefinition? Read(string workflow, JsonElement root, FieldErrors errors)
    {
        WorkflowEndpoints.CheckName(workflow, errors);
        var definition = DefinitionParser.Read(root, out var wrong);
        foreach (var error in wrong)
        {
            errors.Add(error.Field, error.Message);
        }

        if (definition is not null && root.TryGetProperty("name", out var name) && (name.ValueKind != JsonValueKind.String || name.GetString() != workflow))
        {
            errors.Add("name", $"name is not '{workflow}', as the address says; leave it out.");
        }

        return definition;
    }

    /// <summary>What was found out, for an editor.</summary>
    public static ValidationView Describe(JsonElement root, WorkflowDefinition? definition, FieldErrors errors, DateTimeOffset now)
    {
        var wrong = errors.All.Select(e => new ValidationError(e.Field, StepOf(root, e.Field), e.Message)).ToList();
        return new ValidationView(wrong.Count == 0, wrong, definition?.Schedule is { } schedule
            ? [.. new CronTimes(schedule.Cron, schedule.TimeZone).Between(now, DateTimeOffset.MaxValue).Take(NextShown)]
            : []);
    }

    private static string? StepOf(JsonElement root, string field)
    {
        var end = field.IndexOf(']', StringComparison.Ordinal);
        if (!field.StartsWith("steps[", StringComparison.Ordinal) || end < 0)
        {
            return null;
        }

        var step = root.GetProperty("steps")[int.Parse(field.AsSpan("steps[".Length, end - "steps[".Length), CultureInfo.InvariantCulture)];
        return step.ValueKind == JsonValueKind.Object && step.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
    }
}

using System.Buffers;
using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>Reads a workflow's definition and finds everything that is wrong with it.</summary>
public static class DefinitionParser
{
    private const int MaxErrors = 20;
    private const int DefaultTimeoutSeconds = 86_400;
    private const int MaxTimeoutSeconds = 30 * 86_400;
    private const int MaxItemsAtOnce = 10_000;

    private static readonly string[] Fields =
        ["name", "description", "input", "steps", "result", "max_active_runs", "concurrency", "timeout_seconds", "schedule"];

    private static readonly string[] StepFields =
    [
        "id", "job_type", "params", "depends_on", "max_attempts", "retry_delay_seconds", "timeout_seconds", "trigger_rule", "for_each",
        "concurrency", "pool", "priority",
    ];

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether a text may name a step or a pool: 1 to 100 letters, digits, <c>_</c> and <c>-</c>.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 100 && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Reads a definition that was stored.</summary>
    public static WorkflowDefinition Parse(string json) =>
        Read(JsonElement.Parse(json), out var errors) ?? throw new InvalidOperationException($"A stored definition is wrong: {errors[0].Message}");

    /// <summary>Reads and checks; null when the errors, at most twenty, say why not.</summary>
    public static WorkflowDefinition? Read(JsonElement root, out IReadOnlyList<DefinitionError> errors)
    {
        var found = new List<DefinitionError>();
        WorkflowDefinition? definition = null;
        if (root.ValueKind != JsonValueKind.Object)
        {
            found.Add(new("$", "The body must be a JSON object."));
        }
        else if (!JsonText.IsValid(root))
        {
            found.Add(new("$", "A text or the name of a field holds characters that are no valid Unicode text."));
        }
        else
        {
            definition = Read(root, found);
        }

        errors = found.Count > MaxErrors ? found[..MaxErrors] : found;
        return found.Count == 0 ? definition : null;
    }

    private static WorkflowDefinition? Read(JsonElement root, List<DefinitionError> errors)
    {
        var fields = new DefinitionFields(root, "", "", errors);
        fields.Only(Fields);
        var steps = ReadSteps(fields, errors);
        var definition = new WorkflowDefinition
        {
            Steps = steps,
            Input = InputFields.Read(fields, errors),
            Result = fields.Any("result"),
            MaxActiveRuns = fields.Integer("max_active_runs", 1, 10_000),
            Concurrency = fields.Integer("concurrency", 1, MaxItemsAtOnce),
            TimeoutSeconds = fields.Integer("timeout_seconds", 1, MaxTimeoutSeconds) ?? DefaultTimeoutSeconds,
            Description = fields.Text("description", 2000),
            Schedule = ScheduleParser.Read(fields, errors),
        };
        if (errors.Count == 0)
        {
            GraphCheck.Check(definition, errors);
        }

        if (errors.Count == 0)
        {
            TemplateCheck.Check(definition, errors);
        }

        return definition;
    }

    private static List<StepDefinition> ReadSteps(DefinitionFields fields, List<DefinitionError> errors)
    {
        var steps = new List<StepDefinition>();
        if (fields.List("steps") is not { } list || list.GetArrayLength() == 0)
        {
            fields.Wrong("steps", $"steps is required: a list of 1 to {WorkflowDefinition.MaxSteps} steps.");
            return steps;
        }

        if (list.GetArrayLength() > WorkflowDefinition.MaxSteps)
        {
            fields.Wrong("steps", $"steps has {list.GetArrayLength()} steps; a workflow may have {WorkflowDefinition.MaxSteps}, and step '{IdOf(list[WorkflowDefinition.MaxSteps])}' is one too many.");
            return steps;
        }

        var place = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (ReadStep(item, place, errors) is { } step)
            {
                steps.Add(step);
            }

            place++;
        }

        return steps;
    }

    private static StepDefinition? ReadStep(JsonElement item, int place, List<DefinitionError> errors)
    {
        var prefix = $"steps[{place}]";
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(prefix, $"{prefix} is {DefinitionFields.Describe(item)}; a step is an object."));
            return null;
        }

        var id = IdOf(item);
        var fields = new DefinitionFields(item, prefix + ".", $"Step '{id}': ", errors);
        fields.Only(StepFields);
        if (fields.Text("id", 100) is { } text && !IsName(text))
        {
            fields.Wrong("id", $"id is '{text}'; it may hold letters, digits, _ and - only.");
        }
        else if (fields.Any("id") is null)
        {
            fields.Wrong("id", $"id is required: 1 to 100 letters, digits, _ and -.");
        }

        return StepTypes.Read(fields) is { } type ? ReadStep(id, type, fields) : null;
    }

    private static StepDefinition ReadStep(string id, JobType type, DefinitionFields fields)
    {
        var forEach = fields.Text("for_each", 1000);
        if (forEach is null && fields.Any("concurrency") is not null)
        {
            fields.Wrong("concurrency", "concurrency limits the jobs of a for_each step; this one has no for_each.");
        }

        if (fields.Any("pool") is not null && StepTypes.IsWaiting(type))
        {
            fields.Wrong("pool", $"a {type.Name} step does no work by itself and takes no place in a pool.");
        }

        if (StepTypes.IsWaiting(type) && fields.Integer("max_attempts", 1, 50) > 1)
        {
            fields.Wrong("max_attempts", $"a {type.Name} step has one attempt; leave max_attempts out.");
        }

        return new StepDefinition
        {
            Id = id,
            JobType = type.Name,
            Params = fields.Any("params") ?? JsonElement.Parse("{}"),
            DependsOn = ReadDependencies(fields),
            MaxAttempts = fields.Integer("max_attempts", 1, 50) ?? StepTypes.DefaultMaxAttempts(type),
            RetryDelaySeconds = fields.Integer("retry_delay_seconds", 0, 86_400),
            TimeoutSeconds = fields.Integer("timeout_seconds", 1, StepTypes.MaxTimeoutSeconds(type)) ?? StepTypes.DefaultTimeoutSeconds(type),
            TriggerRule = fields.OneOf("trigger_rule", TriggerRules.All) ?? TriggerRules.AllSuccess,
            ForEach = forEach,
            Concurrency = fields.Integer("concurrency", 1, MaxItemsAtOnce),
            Pool = ReadPool(fields),
            Priority = fields.OneOf("priority", JobPriority.All),
        };
    }

    private static string? ReadPool(DefinitionFields fields)
    {
        var pool = fields.Text("pool", 100);
        if (pool is not null && !IsName(pool))
        {
            fields.Wrong("pool", $"pool is '{pool}'; it may hold letters, digits, _ and - only.");
        }

        return pool;
    }

    private static List<string> ReadDependencies(DefinitionFields fields)
    {
        var names = new List<string>();
        foreach (var item in fields.List("depends_on")?.EnumerateArray() ?? default)
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                fields.Wrong("depends_on", $"depends_on holds {DefinitionFields.Describe(item)}; it is a list of the ids of steps.");
                return names;
            }

            names.Add(item.GetString()!);
        }

        return names;
    }

    private static string IdOf(JsonElement step) =>
        step.ValueKind == JsonValueKind.Object && step.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "?";
}

using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>What a step may be: any job type that may be submitted, and those that only make sense as a step.</summary>
public static class StepTypes
{
    private const int DefaultAttempts = 3;
    private const int DefaultStepSeconds = 600;
    private const int DaySeconds = 86_400;
    private const int MaxWaitSeconds = 30 * DaySeconds;

    private static readonly string[] Only = [JobTypes.Http.Name, JobTypes.Wait.Name, JobTypes.Workflow.Name, JobTypes.ValidateDataset.Name];

    private static readonly string Known = $"{JobTypes.Known}, {string.Join(", ", Only)}";

    /// <summary>Whether a step of this type waits for something and does no work of its own.</summary>
    public static bool IsWaiting(JobType type) => type == JobTypes.Wait || type == JobTypes.Workflow;

    public static int DefaultMaxAttempts(JobType type) => IsWaiting(type) ? 1 : DefaultAttempts;

    public static int DefaultTimeoutSeconds(JobType type) => IsLong(type) ? DaySeconds : DefaultStepSeconds;

    public static int MaxTimeoutSeconds(JobType type) => IsWaiting(type) ? MaxWaitSeconds : DaySeconds;

    /// <summary>The type of a step, which must be known.</summary>
    internal static JobType? Read(DefinitionFields fields)
    {
        if (fields.Text("job_type", 100) is not { } name)
        {
            if (fields.Any("job_type") is null)
            {
                fields.Wrong("job_type", $"job_type is required; known are {Known}.");
            }

            return null;
        }

        var type = JobTypes.Find(name);
        if (type is null || (type.Internal && !Only.Contains(name)))
        {
            fields.Wrong("job_type", $"job_type is '{name}'; known are {Known}.");
            return null;
        }

        CheckParams(type, fields);
        return type;
    }

    /// <summary>The fields that a result of this type has, when they are known; null when it may have any. Empty when results are no objects.</summary>
    internal static IReadOnlyList<string>? ResultFields(StepDefinition step) => step.JobType switch
    {
        "http" => ["status", "headers", "body"],
        "sleep" => [],
        "dataset.validate" => ["dataset_id", "status", "error", "rows", "columns", "numeric_columns"],
        "echo" when step.Params.ValueKind == JsonValueKind.Object => [.. step.Params.EnumerateObject().Select(p => p.Name)],
        _ => null,
    };

    /// <summary>Whether results of this type always lie in object storage.</summary>
    internal static bool StoresResults(StepDefinition step) =>
        JobTypes.Find(step.JobType) is { TakesDataset: true } type && type != JobTypes.ValidateDataset;

    private static bool IsLong(JobType type) =>
        IsWaiting(type) || type == JobTypes.Airflow || type.Name.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal);

    // What holds templates is checked when they are filled in.
    private static void CheckParams(JobType type, DefinitionFields fields)
    {
        var given = fields.Any("params") ?? JsonElement.Parse("{}");
        if (given.ValueKind != JsonValueKind.Object && !(given.ValueKind == JsonValueKind.String && type == JobTypes.Echo))
        {
            fields.Wrong("params", $"params is {DefinitionFields.Describe(given)}; it must be an object.");
        }
        else if (type.Validate(given) is { } wrong && !HasTemplates(given))
        {
            fields.Wrong("params", $"params is wrong: {wrong}");
        }
        else if (type.TakesDataset && !given.TryGetProperty("dataset_id", out _))
        {
            fields.Wrong("params.dataset_id", "params.dataset_id is required: the id of a dataset, or a template of it.");
        }
    }

    private static bool HasTemplates(JsonElement value) => value.GetRawText().Contains("{{", StringComparison.Ordinal);
}

using System.Text.Json;

namespace AsyncStack.Core.Jobs;

/// <summary>What the edge must know of a job type before it accepts a job.</summary>
/// <param name="Name">The value of <c>job_type</c>.</param>
/// <param name="Instant">Runs in well under a millisecond and without effects: many are run together, claimed and completed in one write.</param>
/// <param name="Validate">Says what is wrong with a payload, or null.</param>
public sealed record JobType(string Name, bool Instant, Func<JsonElement, string?> Validate)
{
    /// <summary>Works on a dataset: its payload is <c>{"dataset_id", "params"}</c>, checked by <c>DatasetJobParams</c>.</summary>
    public bool TakesDataset { get; init; }

    /// <summary>Only the product itself submits it.</summary>
    public bool Internal { get; init; }
}

/// <summary>The job types there are; the worker has one handler for each.</summary>
public static class JobTypes
{
    /// <summary>Job types of this prefix run in programs outside the product.</summary>
    public const string ExternalPrefix = "external:";

    /// <summary>Longest time a <c>sleep</c> job may ask for, in seconds.</summary>
    public const double MaxSleepSeconds = 300;

    /// <summary>Answers its payload.</summary>
    public static readonly JobType Echo = new("echo", Instant: true, static _ => null);

    /// <summary>Waits <c>seconds</c> (0 to 300) and answers <c>"slept Ns"</c>.</summary>
    public static readonly JobType Sleep = new("sleep", Instant: false, ValidateSleep);

    /// <summary>Counts, ratios, duplicates and profiles of a dataset.</summary>
    public static readonly JobType Metrics = OnDataset("metrics");

    /// <summary>Values of a column that stand out.</summary>
    public static readonly JobType Anomalies = OnDataset("anomalies");

    /// <summary>A cleaned and scaled copy of a dataset.</summary>
    public static readonly JobType Normalize = OnDataset("normalize");

    /// <summary>How a dataset differs from an earlier one.</summary>
    public static readonly JobType Compare = OnDataset("compare");

    /// <summary>Reads a new dataset to its end.</summary>
    public static readonly JobType ValidateDataset = OnDataset("dataset.validate") with { Internal = true };

    /// <summary>Triggers a DAG run of Airflow and ends with what its last task publishes; see <c>docs/workflows.md</c>.</summary>
    public static readonly JobType Airflow = new("airflow", Instant: false, StepPayloads.Airflow);

    /// <summary>A step that sends a request.</summary>
    public static readonly JobType Http = new("http", Instant: false, StepPayloads.Http) { Internal = true };

    /// <summary>A step that lets time pass, or waits for a signal.</summary>
    public static readonly JobType Wait = new("wait", Instant: true, StepPayloads.Wait) { Internal = true };

    /// <summary>A run of a workflow.</summary>
    public static readonly JobType Workflow = new("workflow", Instant: false, StepPayloads.Workflow) { Internal = true };

    private static readonly Dictionary<string, JobType> ByName =
        new[] { Echo, Sleep, Metrics, Anomalies, Normalize, Compare, ValidateDataset, Airflow, Http, Wait, Workflow }.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The type of that name, or null when there is none.</summary>
    public static JobType? Find(string name) =>
        ByName.TryGetValue(name, out var type) ? type
        : name.StartsWith(ExternalPrefix, StringComparison.Ordinal) && name.Length > ExternalPrefix.Length
            ? new JobType(name, Instant: false, static _ => null)
            : null;

    /// <summary>Names that may be asked for, for error messages.</summary>
    public static string Known { get; } =
        string.Join(", ", ByName.Values.Where(t => !t.Internal).Select(t => t.Name).Order(StringComparer.Ordinal)) + ", external:<name>";

    /// <summary>Names of the types that work on a dataset and may be asked for.</summary>
    public static string OnDatasets { get; } =
        string.Join(", ", ByName.Values.Where(t => t is { TakesDataset: true, Internal: false }).Select(t => t.Name).Order(StringComparer.Ordinal));

    private static JobType OnDataset(string name) => new(name, Instant: false, static _ => null) { TakesDataset = true };

    private static string? ValidateSleep(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object
        && TryGetSeconds(payload, out var seconds)
        && seconds.ValueKind == JsonValueKind.Number
        && seconds.TryGetDouble(out var value)
        && value is >= 0 and <= MaxSleepSeconds
            ? null
            : $"A sleep job takes {{\"seconds\": n}} with n from 0 to {MaxSleepSeconds}.";

    private static bool TryGetSeconds(JsonElement payload, out JsonElement seconds)
    {
        try
        {
            return payload.TryGetProperty("seconds", out seconds);
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair is JSON, but cannot be compared.
            seconds = default;
            return false;
        }
    }
}

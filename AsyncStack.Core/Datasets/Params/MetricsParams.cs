namespace AsyncStack.Core.Datasets.Params;

/// <summary>What a <c>metrics</c> job computes.</summary>
/// <param name="Metrics">Any of the names below; null for all but the profile.</param>
/// <param name="Duplicates">What equal rows are; null compares whole rows and counts every one of a group.</param>
/// <param name="LimitRows">Only so many rows from the first, at least 1; null for all.</param>
public sealed record MetricsParams(IReadOnlyList<string>? Metrics = null, DuplicatesParams? Duplicates = null, long? LimitRows = null)
{
    public const string Rows = "rows";
    public const string Columns = "columns";
    public const string NullRatio = "null_ratio";
    public const string Duplicated = "duplicates";
    public const string Profile = "profile";

    /// <summary>Whether the metric is asked for.</summary>
    public bool Wants(string metric) => Metrics?.Contains(metric) ?? metric != Profile;
}

/// <summary>Which rows are equal, and which of them are duplicates, as pandas' <c>duplicated(subset, keep)</c>.</summary>
/// <param name="Subset">The columns that are compared; null for all.</param>
/// <param name="Keep">Which of a group counts as the original; null for the job's default.</param>
public sealed record DuplicatesParams(IReadOnlyList<string>? Subset = null, Keep? Keep = null);

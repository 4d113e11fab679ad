using System.Text.Json;

namespace AsyncStack.Core.Datasets.Params;

/// <summary>What a <c>normalize</c> job does, in this order; an absent step is left out.</summary>
public sealed record NormalizeParams(DuplicatesParams? DropDuplicates = null, FillNullsParams? FillNulls = null, ScaleParams? Normalize = null)
{
    public const string Median = "median";
    public const string Mean = "mean";
    public const string Constant = "constant";
    public const string MinMax = "minmax";
    public const string ZScore = "zscore";
}

/// <summary>Gives missing cells a value.</summary>
/// <param name="Strategy"><c>median</c>, <c>mean</c> or <c>constant</c>.</param>
/// <param name="Columns">Which columns; null for every number column, with <c>constant</c> for every column.</param>
/// <param name="Value">The constant: a number, a string or a boolean.</param>
public sealed record FillNullsParams(string Strategy, IReadOnlyList<string>? Columns = null, JsonElement? Value = null);

/// <summary>Scales number columns.</summary>
/// <param name="Columns">Which columns; null for every number column.</param>
/// <param name="Method"><c>minmax</c>, the default, or <c>zscore</c> with the sample standard deviation.</param>
public sealed record ScaleParams(IReadOnlyList<string>? Columns = null, string? Method = null);

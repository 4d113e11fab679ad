using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>How a dataset differs from an earlier one: <c>comparison.json</c>.</summary>
/// <param name="Rows">Rows of the dataset.</param>
/// <param name="BaselineRows">Rows of the earlier one.</param>
/// <param name="Added">Columns that the earlier one has not.</param>
/// <param name="Missing">Columns that only the earlier one has.</param>
/// <param name="Drifted">Names of the columns that drifted.</param>
/// <param name="Columns">Every column that both have, or those asked for.</param>
internal sealed record Comparison(
    long Rows,
    long BaselineRows,
    IReadOnlyList<string> Added,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Drifted,
    IReadOnlyList<ColumnComparison> Columns);

/// <summary>A column that both datasets have.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type now.</param>
/// <param name="BaselineType">Its type in the earlier dataset.</param>
/// <param name="Drifted">Its kind changed, or the stability index or the Kolmogorov–Smirnov statistic is over its threshold.</param>
/// <param name="NullRatio">Missing values by rows.</param>
/// <param name="BaselineNullRatio">The same of the earlier dataset.</param>
internal sealed record ColumnComparison(
    string Name, string Type, string BaselineType, bool Drifted, double NullRatio, double BaselineNullRatio)
{
    /// <summary>Population stability index; null where it cannot be told.</summary>
    public double? Psi { get; init; }

    /// <summary>Kolmogorov–Smirnov statistic of number columns.</summary>
    public double? KsStatistic { get; init; }

    /// <summary>Its asymptotic p-value.</summary>
    public double? KsPValue { get; init; }

    public double? Mean { get; init; }

    public double? BaselineMean { get; init; }

    /// <summary>Sample standard deviation.</summary>
    public double? Std { get; init; }

    public double? BaselineStd { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Comparison))]
internal sealed partial class ComparisonJson : JsonSerializerContext
{
    public static byte[] Write(Comparison comparison) => JsonSerializer.SerializeToUtf8Bytes(comparison, Default.Comparison);
}

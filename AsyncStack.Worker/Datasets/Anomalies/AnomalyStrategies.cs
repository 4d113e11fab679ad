using System.Collections.Frozen;
using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Anomalies;

/// <summary>
/// Prepares the question whether a number is an anomaly among all of a column. It is asked for each of them in row order, once;
/// the answer for NaN, a missing value, is no.
/// </summary>
internal delegate Func<double, bool> AnomalyStrategy(NumberColumn values, MemoryBudget budget, CancellationToken cancellationToken);

/// <summary>The strategies there are, by the names callers use.</summary>
internal static class AnomalyStrategies
{
    private const double DeviationLimit = 3;
    private const double WhiskerLength = 1.5;

    // Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993): 0.6745 makes the MAD of a normal distribution its standard deviation.
    private const double NormalMad = 0.6745;
    private const double ModifiedScoreLimit = 3.5;

    private static readonly string[] Names = ["zscore", "IQR", "MAD", "EWMA"];

    private static readonly FrozenDictionary<string, AnomalyStrategy> ByName =
        Names.Zip<string, AnomalyStrategy>([FarFromMean, OutsideWhiskers, FarFromMedian, FarFromTrend]).ToFrozenDictionary(p => p.First, p => p.Second);

    /// <exception cref="DatasetJobException">There is none of that name.</exception>
    public static AnomalyStrategy Find(string name) => ByName.TryGetValue(name, out var strategy)
        ? strategy
        : throw new DatasetJobException($"Unknown strategy '{name}'; known are {string.Join(", ", Names)}.");

    private static Func<double, bool> FarFromMean(NumberColumn values, MemoryBudget budget, CancellationToken cancellationToken)
    {
        var moments = Moments.Of(values, cancellationToken);

        // The mean of equal numbers may be off by a rounding, which would be many of their standard deviations.
        if (moments.Count == 0 || moments.Min == moments.Max)
        {
            return _ => false;
        }

        var (mean, deviation) = (moments.Mean, moments.Std(ddof: 0));
        return value => Math.Abs(value - mean) / deviation > DeviationLimit;
    }

    private static Func<double, bool> OutsideWhiskers(NumberColumn values, MemoryBudget budget, CancellationToken cancellationToken)
    {
        var quartiles = Quantiles.Select(values, budget, [0.25, 0.75], cancellationToken);
        var reach = WhiskerLength * (quartiles[1] - quartiles[0]);
        var (lower, upper) = (quartiles[0] - reach, quartiles[1] + reach);
        return value => value < lower || value > upper;
    }

    private static Func<double, bool> FarFromMedian(NumberColumn values, MemoryBudget budget, CancellationToken cancellationToken)
    {
        var median = Quantiles.Select(values, budget, [0.5], cancellationToken)[0];
        var mad = double.IsFinite(median) ? Quantiles.Select(values, median, budget, [0.5], cancellationToken)[0] : double.NaN;

        // Where more than half of the numbers are equal there is no scale to measure the others by.
        return mad > 0 ? value => NormalMad * Math.Abs(value - median) / mad > ModifiedScoreLimit : _ => false;
    }

    private static Func<double, bool> FarFromTrend(NumberColumn values, MemoryBudget budget, CancellationToken cancellationToken) => new WeightedTrend().IsFar;
}

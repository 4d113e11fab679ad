using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>
/// The population stability index, Σ (p − q) · ln(p / q) over the bins of two distributions p and q (Siddiqi, Credit Risk
/// Scorecards, 2006; it is the Jeffreys divergence of the binned data). A bin with nothing in it counts as 0.0001.
/// </summary>
internal static class StabilityIndex
{
    private const double Least = 0.0001;
    private static readonly double[] Deciles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Of numbers, binned at the baseline's deciles; null when one column is empty.</summary>
    public static double? Of(NumberColumn column, NumberColumn baseline, MemoryBudget budget, CancellationToken cancellationToken)
    {
        double[] cuts = [.. Quantiles.Select(baseline, budget, Deciles, cancellationToken).Distinct()];
        return Of(Count(column, cuts, cancellationToken), Count(baseline, cuts, cancellationToken));
    }

    /// <summary>Of counts by bin; null when one has none.</summary>
    public static double? Of(IReadOnlyList<long> counts, IReadOnlyList<long> baseline)
    {
        var (sum, baselineSum) = (counts.Sum(), baseline.Sum());
        if (sum == 0 || baselineSum == 0)
            return null;
        var index = 0.0;
        for (var i = 0; i < counts.Count; i++)
        {
            var (p, q) = (Math.Max(counts[i] / (double)sum, Least), Math.Max(baseline[i] / (double)baselineSum, Least));
            index += (p - q) * Math.Log(p / q);
        }

        return index;
    }

    private static long[] Count(NumberColumn column, double[] cuts, CancellationToken cancellationToken)
    {
        var counts = new long[cuts.Length + 1];
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                if (!double.IsNaN(value))
                    counts[BinOf(cuts, value)]++;
            }
        }

        return counts;
    }

    // A bin ends with its cut.
    private static int BinOf(double[] cuts, double value)
    {
        var place = Array.BinarySearch(cuts, value);
        return place >= 0 ? place : ~place;
    }
}

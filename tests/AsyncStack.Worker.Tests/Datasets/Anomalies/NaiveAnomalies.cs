namespace AsyncStack.Worker.Tests.Datasets.Anomalies;

/// <summary>The strategies as the documentation says them, over everything at once.</summary>
internal static class NaiveAnomalies
{
    /// <summary>The rows of the anomalies; null is a missing value.</summary>
    public static int[] Find(string strategy, IReadOnlyList<double?> values)
    {
        var given = values.Where(v => v is not null).Select(v => v!.Value).ToArray();
        var far = strategy switch
        {
            "zscore" => ZScore(given),
            "IQR" => Iqr(given),
            "MAD" => Mad(given),
            "EWMA" => Ewma(given),
            _ => throw new ArgumentOutOfRangeException(nameof(strategy)),
        };
        return [.. Enumerable.Range(0, values.Count).Where(r => values[r] is not null).Where((_, place) => far[place])];
    }

    private static bool[] ZScore(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return [.. values.Select(v => Math.Abs((v - mean) / deviation) > 3)];
    }

    private static bool[] Iqr(double[] values)
    {
        var (lower, upper) = (Quantile(values, 0.25), Quantile(values, 0.75));
        var reach = 1.5 * (upper - lower);
        return [.. values.Select(v => v < lower - reach || v > upper + reach)];
    }

    private static bool[] Mad(double[] values)
    {
        var median = Quantile(values, 0.5);
        var mad = Quantile([.. values.Select(v => Math.Abs(v - median))], 0.5);
        return [.. values.Select(v => 0.6745 * Math.Abs(v - median) / mad > 3.5)];
    }

    // By weights: 0.7^k · 0.3 for the k-th before the last, what is left for the first.
    private static bool[] Ewma(double[] values) => [.. values.Select((value, place) => place >= 10 && IsFar(value, values[..place]))];

    private static bool IsFar(double value, double[] before)
    {
        var weights = before.Select((_, i) => Math.Pow(0.7, before.Length - 1 - i) * (i == 0 ? 1 : 0.3)).ToArray();
        var mean = before.Zip(weights, (v, w) => v * w).Sum();
        var variance = before.Zip(weights, (v, w) => (v - mean) * (v - mean) * w).Sum();
        return Math.Abs(value - mean) > 3 * Math.Sqrt(variance);
    }

    private static double Quantile(double[] values, double probability)
    {
        var sorted = values.Order().ToArray();
        var at = probability * (sorted.Length - 1);
        var lower = sorted[(int)at];
        return lower + ((at - (int)at) * (sorted[Math.Min((int)at + 1, sorted.Length - 1)] - lower));
    }
}

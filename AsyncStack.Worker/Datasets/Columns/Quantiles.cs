namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Exact quantiles of a column of any length in bounded memory.</summary>
internal static class Quantiles
{
    /// <summary>
    /// The quantiles <paramref name="probabilities"/> (0 to 1) with linear interpolation between the two nearest numbers, as
    /// numpy's <c>quantile(method="linear")</c>; NaN is left out, and every answer is NaN when nothing else is there.
    /// </summary>
    /// <exception cref="OperationCanceledException">Noticed at each block of each pass.</exception>
    public static double[] Select(NumberColumn column, MemoryBudget budget, ReadOnlySpan<double> probabilities, CancellationToken cancellationToken) =>
        Select(column, around: null, budget, probabilities, cancellationToken);

    /// <summary>The same of the distances |x − <paramref name="around"/>|, when that is not null.</summary>
    public static double[] Select(
        NumberColumn column, double? around, MemoryBudget budget, ReadOnlySpan<double> probabilities, CancellationToken cancellationToken)
    {
        var level = new QuantileLevel(column, around, cancellationToken);
        var wanted = level.Begin(probabilities);
        var limit = Math.Clamp(budget.Available / sizeof(ulong), 1024, 1 << 19);
        var answers = wanted.Length == 0 ? [] : level.Resolve(limit);
        return wanted.Length == 0
            ? [.. Enumerable.Repeat(double.NaN, probabilities.Length)]
            : Array.ConvertAll(wanted, w => Interpolate(answers[w.Lower], answers[w.Upper], w.Fraction));
    }

    // The two cases first, because infinity times 0 and infinity less infinity are no numbers.
    private static double Interpolate(double lower, double upper, double fraction) =>
        fraction == 0 || lower == upper ? lower
        : fraction >= 0.5 ? upper - ((upper - lower) * (1 - fraction))
        : lower + ((upper - lower) * fraction);
}

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
        NumberColumn column, double? around, MemoryBudget budget, ReadOnlySpan<double> probabilities, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

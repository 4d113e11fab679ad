namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Both samples of a Kolmogorov–Smirnov test compared: the largest distance of their distribution functions and how likely at least that is by chance.</summary>
internal readonly record struct KolmogorovSmirnovResult(double Statistic, double PValue);

/// <summary>The exact two-sample Kolmogorov–Smirnov statistic of columns of any length, by merging sorted runs.</summary>
internal static class KolmogorovSmirnov
{
    public static KolmogorovSmirnovResult Compare(NumberColumn first, NumberColumn second, MemoryBudget budget, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

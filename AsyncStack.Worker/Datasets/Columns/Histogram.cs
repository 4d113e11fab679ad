namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Counts of a column's finite numbers in bins of equal width, as <c>numpy.histogram</c> has them.</summary>
/// <param name="Edges">One more than bins, ascending; each bin has its left edge, the last also its right.</param>
/// <param name="Counts">Numbers in each bin.</param>
internal sealed record Histogram(IReadOnlyList<double> Edges, IReadOnlyList<long> Counts)
{
    /// <summary>Bins of a profile.</summary>
    public const int DefaultBins = 20;

    /// <summary>The histogram, or null when the column has no finite number.</summary>
    public static Histogram? Of(NumberColumn column, CancellationToken cancellationToken, int bins = DefaultBins) =>
        throw new NotSupportedException();
}

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Counts of a column's finite numbers in bins of equal width, as <c>numpy.histogram</c> has them.</summary>
/// <param name="Edges">One more than bins, ascending; each bin has its left edge, the last also its right.</param>
/// <param name="Counts">Numbers in each bin.</param>
internal sealed record Histogram(IReadOnlyList<double> Edges, IReadOnlyList<long> Counts)
{
    /// <summary>Bins of a profile.</summary>
    public const int DefaultBins = 20;

    /// <summary>The histogram, or null when the column has no finite number.</summary>
    public static Histogram? Of(NumberColumn column, CancellationToken cancellationToken, int bins = DefaultBins)
    {
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                (min, max) = double.IsFinite(value) ? (Math.Min(min, value), Math.Max(max, value)) : (min, max);
            }
        }

        return min > max ? null : Fill(column, min == max ? EdgesOf(min - 0.5, max + 0.5, bins) : EdgesOf(min, max, bins), cancellationToken);
    }

    private static double[] EdgesOf(double first, double last, int bins)
    {
        var step = (last / bins) - (first / bins);
        var exact = (last - first) / bins;
        var edges = new double[bins + 1];
        for (var i = 0; i < bins; i++)
        {
            edges[i] = first + (i * (double.IsFinite(exact) ? exact : step));
        }

        edges[bins] = last;
        return edges;
    }

    // The estimate may be one bin off, by rounding; the edges decide.
    private static Histogram Fill(NumberColumn column, double[] edges, CancellationToken cancellationToken)
    {
        var counts = new long[edges.Length - 1];
        var width = (edges[^1] / counts.Length) - (edges[0] / counts.Length);
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                if (double.IsFinite(value))
                {
                    var bin = (int)Math.Clamp((value / width) - (edges[0] / width), 0, counts.Length - 1);
                    while (bin > 0 && value < edges[bin])
                    {
                        bin--;
                    }

                    while (bin < counts.Length - 1 && value >= edges[bin + 1])
                    {
                        bin++;
                    }

                    counts[bin]++;
                }
            }
        }

        return new Histogram(edges, counts);
    }
}

using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>
/// The two-sample Kolmogorov–Smirnov test: the greatest distance between two empirical distribution functions, exact, and its
/// asymptotic p-value with Stephens' correction (1970), as in Numerical Recipes, section 14.3.
/// </summary>
/// <param name="Statistic">From 0, the same, to 1, apart.</param>
/// <param name="PValue">How likely a distance like this is when both come from one distribution.</param>
internal sealed record KolmogorovSmirnov(double Statistic, double PValue)
{
    private const int Terms = 100;

    /// <summary>The test of two columns of any length, NaN left out; null when one is empty.</summary>
    /// <remarks>
    /// Both are cut into common ranges at quantiles of a sample; the numbers strictly within one range are few enough to be sorted in
    /// memory, and those that lie on a cut, however many, are only counted. The sample decides the ranges' sizes and not the answer.
    /// </remarks>
    public static KolmogorovSmirnov? Of(
        NumberColumn one, long oneCount, NumberColumn other, long otherCount, MemoryBudget budget, int rangeLength, CancellationToken cancellationToken)
    {
        if (oneCount == 0 || otherCount == 0)
            return null;
        var cuts = NumberRanges.Cuts(one, other, (int)((oneCount + otherCount) / rangeLength) + 1, cancellationToken);
        using var dealt = new NumberRanges(one, cuts, budget, cancellationToken);
        using var otherDealt = new NumberRanges(other, cuts, budget, cancellationToken);
        var (buffer, otherBuffer) = (Array.Empty<double>(), Array.Empty<double>());
        var (statistic, below, otherBelow) = (0.0, 0L, 0L);
        for (var i = 0; i < cuts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var inside = dealt.Sorted(i, ref buffer);
            var otherInside = otherDealt.Sorted(i, ref otherBuffer);
            statistic = Math.Max(statistic, Walk(inside, below, oneCount, otherInside, otherBelow, otherCount));
            below += inside.Length + dealt.OnCut(i);
            otherBelow += otherInside.Length + otherDealt.OnCut(i);
            statistic = Math.Max(statistic, Math.Abs((below / (double)oneCount) - (otherBelow / (double)otherCount)));
        }

        return new KolmogorovSmirnov(statistic, ProbabilityOf(statistic, oneCount, otherCount));
    }

    private static double Walk(
        ReadOnlySpan<double> one, long oneBelow, long oneCount, ReadOnlySpan<double> other, long otherBelow, long otherCount)
    {
        var (greatest, i, j) = (0.0, 0, 0);
        while (i < one.Length || j < other.Length)
        {
            var value = j == other.Length || (i < one.Length && one[i] <= other[j]) ? one[i] : other[j];
            while (i < one.Length && one[i] == value)
                i++;
            while (j < other.Length && other[j] == value)
                j++;
            greatest = Math.Max(greatest, Math.Abs(((oneBelow + i) / (double)oneCount) - ((otherBelow + j) / (double)otherCount)));
        }

        return greatest;
    }

    private static double ProbabilityOf(double statistic, long oneCount, long otherCount)
    {
        var size = Math.Sqrt(oneCount / (double)(oneCount + otherCount) * otherCount);
        var lambda = (size + 0.12 + (0.11 / size)) * statistic;
        var (sum, sign) = (0.0, 1.0);
        for (var k = 1; k <= Terms; k++, sign = -sign)
        {
            var term = Math.Exp(-2 * k * k * lambda * lambda);
            sum += sign * term;
            if (term < 1e-12)
                return Math.Clamp(2 * sum, 0, 1);
        }

        // The series does not converge where the distance is next to nothing.
        return 1;
    }
}

using System.Runtime.InteropServices;
using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>
/// A column's numbers dealt out to the ranges between cuts, in one scan: those strictly below a cut and above the one before lie
/// together, spilled when the budget is used up; those that equal a cut are only counted. NaN is left out.
/// </summary>
internal sealed class NumberRanges : IDisposable
{
    private const int ChunkLength = 256;
    private const int SampleLength = 64 * 1024;
    private const double GoldenRatio = 0.618_033_988_749_894_8;
    private readonly double[] _cuts;
    private readonly int[] _firstCuts;
    private readonly ChunkStore _chunks;
    private readonly List<int>[] _places;
    private readonly double[] _open;
    private readonly int[] _used;
    private readonly long[] _onCut;

    public NumberRanges(NumberColumn column, double[] cuts, MemoryBudget budget, CancellationToken cancellationToken)
    {
        (_cuts, _firstCuts, _chunks) = (cuts, FirstCuts(cuts), new ChunkStore(budget));
        (_open, _used, _onCut) = (new double[cuts.Length * ChunkLength], new int[cuts.Length], new long[cuts.Length]);
        _places = [.. cuts.Select(_ => new List<int>())];
        try
        {
            foreach (var block in column.Scan(cancellationToken))
            {
                Add(block);
            }
        }
        catch
        {
            _chunks.Dispose();
            throw;
        }
    }

    /// <summary>Cuts that make about so many ranges with about as many numbers of both columns in each; the last cut is infinite.</summary>
    public static double[] Cuts(NumberColumn one, NumberColumn other, int ranges, CancellationToken cancellationToken)
    {
        List<double> sample = [.. Sample(one, cancellationToken), .. Sample(other, cancellationToken)];
        sample.Sort();
        return [.. Enumerable.Range(1, sample.Count == 0 ? 0 : ranges - 1).Select(i => sample[(int)(i * (long)sample.Count / ranges)]).Append(double.PositiveInfinity).Distinct()];
    }

    /// <summary>How many numbers equal the cut that ends the range.</summary>
    public long OnCut(int range) => _onCut[range];

    /// <summary>The numbers strictly within the range, ascending, in <paramref name="buffer"/> or where that is too small in a larger one that takes its place.</summary>
    public ReadOnlySpan<double> Sorted(int range, ref double[] buffer)
    {
        var count = (_places[range].Count * ChunkLength) + _used[range];
        buffer = buffer.Length >= count ? buffer : new double[Math.Max(count, buffer.Length * 2)];
        var rest = buffer.AsSpan();
        foreach (var place in _places[range])
        {
            var bytes = MemoryMarshal.AsBytes(rest[..ChunkLength]);
            _chunks.Read(place, bytes).CopyTo(bytes);
            rest = rest[ChunkLength..];
        }

        _open.AsSpan(range * ChunkLength, _used[range]).CopyTo(rest);
        var numbers = buffer.AsSpan(0, count);
        numbers.Sort();
        return numbers;
    }

    public void Dispose() => _chunks.Dispose();

    private void Add(ReadOnlySpan<double> block)
    {
        foreach (var value in block)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            var range = RangeOf(value);
            if (_cuts[range] == value)
            {
                _onCut[range]++;
                continue;
            }

            _open[(range * ChunkLength) + _used[range]++] = value;
            if (_used[range] == ChunkLength)
            {
                _places[range].Add(_chunks.Append(MemoryMarshal.AsBytes(_open.AsSpan(range * ChunkLength, ChunkLength))));
                _used[range] = 0;
            }
        }
    }

    // The first bits leave few cuts to search.
    private int RangeOf(double value)
    {
        var bits = OrderedBits.Of(value) >> 48;
        var (low, high) = (_firstCuts[bits], _firstCuts[bits + 1]);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _cuts[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    // For the first bits of a number, the first cut that is not below all numbers with them.
    private static int[] FirstCuts(double[] cuts)
    {
        var first = new int[(1 << 16) + 1];
        var cut = 0;
        for (var bits = 0; bits < first.Length; bits++)
        {
            while (cut < cuts.Length - 1 && OrderedBits.Of(cuts[cut]) >> 48 < (ulong)bits)
            {
                cut++;
            }

            first[bits] = cut;
        }

        return first;
    }

    // Places spread evenly over every block, and not at equal distances, which could fall in step with the data.
    private static List<double> Sample(NumberColumn column, CancellationToken cancellationToken)
    {
        var sample = new List<double>();
        foreach (var block in column.Scan(cancellationToken))
        {
            var wanted = Math.Min(block.Length, (long)Math.Ceiling(SampleLength * (double)block.Length / column.Count));
            for (var i = 1; i <= wanted; i++)
            {
                var value = block[(int)(i * GoldenRatio % 1 * block.Length)];
                if (!double.IsNaN(value))
                {
                    sample.Add(value);
                }
            }
        }

        return sample;
    }
}

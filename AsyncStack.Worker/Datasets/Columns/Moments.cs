namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// Count, extremes, mean and spread of numbers seen once, in any order and in parts. NaN does not count. Blocks are summed
/// twice (mean, then squares around it) and joined by the formulas of Chan, Golub and LeVeque (1983), which lose nothing to
/// a large mean. An infinity makes mean and spread what IEEE 754 makes of them, as in NumPy.
/// </summary>
internal struct Moments
{
    private const int StripLength = 1024;

    private double _mean;
    private double _squares;
    private long _finite;
    private long _positiveInfinities;
    private long _negativeInfinities;
    private double _min;
    private double _max;

    /// <summary>Numbers that are not NaN.</summary>
    public readonly long Count => _finite + _positiveInfinities + _negativeInfinities;

    /// <summary>The least number; NaN when there is none.</summary>
    public readonly double Min => Count == 0 ? double.NaN : _negativeInfinities > 0 ? double.NegativeInfinity : _finite > 0 ? _min : double.PositiveInfinity;

    /// <summary>The greatest number; NaN when there is none.</summary>
    public readonly double Max => Count == 0 ? double.NaN : _positiveInfinities > 0 ? double.PositiveInfinity : _finite > 0 ? _max : double.NegativeInfinity;

    /// <summary>The arithmetic mean; NaN when there is none.</summary>
    public readonly double Mean => (_positiveInfinities, _negativeInfinities) switch
    {
        (0, 0) => _finite == 0 ? double.NaN : _mean,
        ( > 0, 0) => double.PositiveInfinity,
        (0, > 0) => double.NegativeInfinity,
        _ => double.NaN,
    };

    /// <summary>The variance with divisor n − <paramref name="ddof"/>; NaN when that is not positive or a number is infinite.</summary>
    public readonly double Variance(int ddof) =>
        Count != _finite || _finite <= ddof ? double.NaN : _squares / (_finite - ddof);

    /// <summary>The standard deviation: <paramref name="ddof"/> 0 for a population, 1 for a sample.</summary>
    public readonly double Std(int ddof) => Math.Sqrt(Variance(ddof));

    /// <summary>Those of a whole column, the same however many cores there are.</summary>
    /// <exception cref="OperationCanceledException">The pass is no longer wanted.</exception>
    public static Moments Of(NumberColumn column, CancellationToken cancellationToken)
    {
        var all = default(Moments);
        foreach (var part in column.MapInParallel(Of, cancellationToken))
        {
            all.Merge(part);
        }

        return all;
    }

    /// <summary>Adds every number of a block.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        while (values.Length > 0)
        {
            var strip = values[..Math.Min(values.Length, StripLength)];
            values = values[strip.Length..];
            AddStrip(strip);
        }
    }

    /// <summary>Adds what another has seen.</summary>
    public void Merge(in Moments other)
    {
        _positiveInfinities += other._positiveInfinities;
        _negativeInfinities += other._negativeInfinities;
        Join(other._finite, other._mean, other._squares, other._min, other._max);
    }

    private static Moments Of(ReadOnlySpan<double> block)
    {
        var moments = default(Moments);
        moments.Add(block);
        return moments;
    }

    private void AddStrip(ReadOnlySpan<double> values)
    {
        var count = 0;
        var sum = 0.0;
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                count++;
                sum += value;
                min = Math.Min(min, value);
                max = Math.Max(max, value);
            }
            else if (!double.IsNaN(value))
            {
                _ = value > 0 ? _positiveInfinities++ : _negativeInfinities++;
            }
        }

        if (count > 0)
        {
            var mean = sum / count;
            Join(count, mean, SquaresAround(mean, values), min, max);
        }
    }

    private static double SquaresAround(double mean, ReadOnlySpan<double> values)
    {
        var squares = 0.0;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                squares += (value - mean) * (value - mean);
            }
        }

        return squares;
    }

    private void Join(long count, double mean, double squares, double min, double max)
    {
        if (count == 0)
        {
            return;
        }

        if (_finite == 0)
        {
            (_finite, _mean, _squares, _min, _max) = (count, mean, squares, min, max);
            return;
        }

        var all = _finite + count;
        var delta = mean - _mean;
        _squares += squares + (delta * delta * ((double)_finite * count / all));
        _mean += delta * ((double)count / all);
        _min = Math.Min(_min, min);
        _max = Math.Max(_max, max);
        _finite = all;
    }
}

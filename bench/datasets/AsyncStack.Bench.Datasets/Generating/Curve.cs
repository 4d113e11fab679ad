namespace AsyncStack.Bench.Datasets.Generating;

/// <summary>
/// A distribution as its quantile function: straight lines between a few knots. Only additions and multiplications of
/// doubles, so that every machine draws the same values, which exp and log of different C libraries would not promise.
/// </summary>
internal sealed class Curve
{
    private const int Steps = 4096;
    private readonly double[] _values = new double[Steps + 1];

    /// <param name="knots">Probability and value, both ascending, from probability 0 to 1.</param>
    public Curve(params (double Probability, double Value)[] knots)
    {
        var knot = 0;
        for (var step = 0; step <= Steps; step++)
        {
            var probability = (double)step / Steps;
            while (knot < knots.Length - 2 && probability > knots[knot + 1].Probability)
                knot++;
            var (from, to) = (knots[knot], knots[knot + 1]);
            _values[step] = from.Value + ((probability - from.Probability) * (to.Value - from.Value) / (to.Probability - from.Probability));
        }
    }

    /// <param name="probability">At least 0 and less than 1.</param>
    public double At(double probability)
    {
        var place = probability * Steps;
        var step = (int)place;
        return _values[step] + ((place - step) * (_values[step + 1] - _values[step]));
    }
}

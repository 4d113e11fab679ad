namespace AsyncStack.Worker.Datasets.Anomalies;

/// <summary>
/// The exponentially weighted mean and variance of the numbers seen so far, in Finch's incremental form ("Incremental calculation
/// of weighted mean and variance", 2009): d = x − mean; mean += α·d; variance = (1 − α)·(variance + α·d²). A number that is far
/// counts as well, so that a new level is the trend after a few rows; an infinite one does not, as nothing would be left of the mean.
/// </summary>
internal sealed class WeightedTrend
{
    private const double Alpha = 0.3;
    private const double DeviationLimit = 3;
    private const int WarmUp = 10;

    private int _seen;
    private double _mean;
    private double _variance;

    /// <summary>
    /// Whether the number is more than 3 standard deviations from the mean of those before it, of which there must be at least
    /// 10; then takes it in. Missing ones change nothing.
    /// </summary>
    public bool IsFar(double value)
    {
        if (double.IsNaN(value))
        {
            return false;
        }

        if (double.IsInfinity(value))
        {
            return _seen == WarmUp;
        }

        if (_seen == 0)
        {
            _mean = value;
        }

        var residual = value - _mean;
        var far = _seen == WarmUp && Math.Abs(residual) > DeviationLimit * Math.Sqrt(_variance);
        _seen = Math.Min(_seen + 1, WarmUp);
        _mean += Alpha * residual;
        _variance = (1 - Alpha) * (_variance + (Alpha * residual * residual));
        return far;
    }
}

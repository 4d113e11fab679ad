namespace AsyncStack.Core.Datasets.Params;

/// <summary>Which values an <c>anomalies</c> job looks for.</summary>
/// <param name="Column">A number column.</param>
/// <param name="Strategy"><c>zscore</c>, <c>IQR</c>, <c>MAD</c> or <c>EWMA</c>.</param>
/// <param name="LimitRows">Only so many rows from the first, at least 1; null for all.</param>
public sealed record AnomaliesParams(string Column, string Strategy, long? LimitRows = null);

namespace AsyncStack.Core.Datasets.Params;

/// <summary>What a <c>compare</c> job holds its dataset against.</summary>
/// <param name="BaselineDatasetId">The earlier dataset.</param>
/// <param name="Columns">Which columns; null for every one.</param>
public sealed record CompareParams(Guid BaselineDatasetId, IReadOnlyList<string>? Columns = null);

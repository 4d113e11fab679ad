namespace AsyncStack.Core.Datasets.Params;

/// <summary>The payload of a job that works on a dataset.</summary>
/// <param name="DatasetId">Which dataset.</param>
/// <param name="Params">What is asked for; null counts as <c>{}</c>.</param>
public sealed record DatasetJob<TParams>(Guid DatasetId, TParams? Params = null)
    where TParams : class;

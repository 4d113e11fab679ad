using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Datasets;

/// <summary>The job cannot succeed on this dataset; the message is for the caller.</summary>
internal sealed class DatasetJobException(string message) : Exception(message);

/// <summary>What the handlers of dataset jobs have in common: params checked once more, the dataset found, a turn taken, bad data a failure.</summary>
internal abstract class DatasetHandler<TParams>(string jobType, DatasetStore datasets, DatasetGate gate) : IJobHandler<RawJson>
    where TParams : class
{
    public async ValueTask<JobOutcome> RunAsync(RawJson parameters, JobContext context)
    {
        try
        {
            var job = Read(parameters.Text);
            using var turn = await gate.EnterAsync(context.CancellationToken);
            var dataset = await FindAsync(job.DatasetId, context.CancellationToken);
            return await RunAsync(dataset, job.Params, context);
        }
        catch (Exception exception) when (exception is DatasetJobException or DatasetFormatException)
        {
            return new JobOutcome.Failed(exception.Message);
        }
    }

    protected abstract Task<JobOutcome> RunAsync(Dataset dataset, TParams parameters, JobContext context);

    /// <summary>Where the column is; the job fails when the dataset has none of that name.</summary>
    protected static int PlaceOf(Dataset dataset, string column)
    {
        for (var i = 0; i < dataset.Columns!.Count; i++)
        {
            if (dataset.Columns[i].Name == column)
            {
                return i;
            }
        }

        var known = string.Join(", ", dataset.Columns.Take(20).Select(c => $"'{c.Name}'"));
        throw new DatasetJobException($"Column '{column}' not found in dataset; it has {known}{(dataset.Columns.Count > 20 ? " and others" : "")}.");
    }

    protected static int[] PlacesOf(Dataset dataset, IReadOnlyList<string>? columns) =>
        columns is null ? [.. Enumerable.Range(0, dataset.Columns!.Count)] : [.. columns.Select(c => PlaceOf(dataset, c)).Distinct().Order()];

    private (Guid DatasetId, TParams Params) Read(string payload)
    {
        try
        {
            var job = JsonSerializer.Deserialize<DatasetJob<object>>(payload, JobParameters.Json)
                ?? throw new DatasetJobException($"The payload of a {jobType} job must not be null.");
            var given = job.Params is JsonElement element ? element : JsonElement.Parse("{}");
            return DatasetJobParams.Check(jobType, given) is [var wrong, ..]
                ? throw new DatasetJobException(wrong.Message)
                : (job.DatasetId, given.Deserialize<TParams>(JobParameters.Json)!);
        }
        catch (JsonException exception)
        {
            throw new DatasetJobException(JobParameters.Explain(jobType, exception));
        }
    }

    /// <summary>The dataset, which must be ready.</summary>
    protected async Task<Dataset> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var dataset = await datasets.FindAsync(id, cancellationToken) ?? throw new DatasetJobException($"Dataset '{id}' does not exist any more.");
        return dataset is { Status: DatasetStatus.Ready, Columns: not null }
            ? dataset
            : throw new DatasetJobException($"Dataset '{id}' is {dataset.Status}; a job takes one that is ready.");
    }
}

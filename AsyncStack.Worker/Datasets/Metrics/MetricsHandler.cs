using System.Text.Json.Nodes;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Runs <c>metrics</c> jobs: one pass that computes only what is asked for.</summary>
internal sealed class MetricsHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<MetricsParams>(JobTypes.Metrics.Name, datasets, gate)
{
    protected override async Task<JobOutcome> RunAsync(Dataset dataset, MetricsParams parameters, JobContext context)
    {
        if (parameters.Wants(MetricsParams.Profile))
        {
            throw new DatasetJobException("The metric 'profile' is not served by this version.");
        }

        var metrics = await ComputeAsync(dataset, parameters, context);
        var json = new JsonObject { ["metrics"] = metrics }.ToJsonString();
        var uri = new ObjectUri(StorageBuckets.JobResults, $"{context.JobId}/metrics.json");
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json), writable: false);
        await context.Storage.PutAsync(uri, content, cancellationToken: context.CancellationToken);
        return new JobOutcome.Completed(json, uri.ToString());
    }

    private async Task<JsonObject> ComputeAsync(Dataset dataset, MetricsParams parameters, JobContext context)
    {
        var columns = dataset.Columns!.Count;
        var (nulls, duplicated) = (parameters.Wants(MetricsParams.NullRatio), parameters.Wants(MetricsParams.Duplicated));
        int[] compared = duplicated ? PlacesOf(dataset, parameters.Duplicates?.Subset) : [];
        using var duplicates = duplicated ? new DuplicateIndex(memory.Value.NewBudget()) : null;
        var pass = new MetricsPass(columns, nulls, duplicated ? new RowHashing(dataset.Columns, compared) : null, duplicates);
        var request = new ReadRequest { MaxRows = parameters.LimitRows, Columns = nulls ? null : compared, Progress = context.ReportProgress };
        var source = new DatasetSource(context.Storage, dataset.Uri, dataset.Kind);
        var read = await DatasetReader.ReadAsync(source, reading.Value, pass, request, context.CancellationToken);

        var metrics = new JsonObject();
        if (parameters.Wants(MetricsParams.Rows))
            metrics[MetricsParams.Rows] = read.Rows;
        if (parameters.Wants(MetricsParams.Columns))
            metrics[MetricsParams.Columns] = columns;
        if (nulls)
            metrics[MetricsParams.NullRatio] = read.Rows == 0 ? null : pass.Nulls.Average(n => (double)n / read.Rows);
        if (duplicates is not null)
            metrics[MetricsParams.Duplicated] = duplicates.Count(ToColumns(parameters.Duplicates?.Keep), context.CancellationToken);
        return metrics;
    }

    private static DuplicateKeep ToColumns(Keep? keep) => keep switch
    {
        Keep.First => DuplicateKeep.First,
        Keep.Last => DuplicateKeep.Last,
        _ => DuplicateKeep.None,
    };
}

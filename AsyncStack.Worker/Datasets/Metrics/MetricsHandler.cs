using System.Text;
using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Runs <c>metrics</c> jobs; a small result is also told with the job.</summary>
internal sealed class MetricsHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<MetricsParams>(JobTypes.Metrics.Name, datasets, gate)
{
    // A larger result is only in storage.
    private const int InlineBytes = 16 * 1024;

    protected override async Task<JobOutcome> RunAsync(Dataset dataset, MetricsParams parameters, JobContext context)
    {
        var compared = parameters.Wants(MetricsParams.Duplicated) ? PlacesOf(dataset, parameters.Duplicates?.Subset) : [];
        var report = new MetricsReport(dataset, parameters, compared, reading.Value, memory.Value);
        using var content = new MemoryStream();
        await using (var json = new Utf8JsonWriter(content))
        {
            await report.WriteAsync(json, context.Storage, context.ReportProgress, context.CancellationToken);
        }

        var result = content.Length <= InlineBytes ? Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length) : null;
        var uri = new ObjectUri(StorageBuckets.JobResults, $"{context.JobId}/metrics.json");
        content.Position = 0;
        await context.Storage.PutAsync(uri, content, cancellationToken: context.CancellationToken);
        return new JobOutcome.Completed(result, uri.ToString());
    }
}

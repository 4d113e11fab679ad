using System.Text.Json.Nodes;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>Runs <c>normalize</c> jobs: a cleaned and scaled copy of a dataset, stored as <c>normalized.csv</c>.</summary>
internal sealed class NormalizeHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<NormalizeParams>(JobTypes.Normalize.Name, datasets, gate)
{
    protected override async Task<JobOutcome> RunAsync(Dataset dataset, NormalizeParams parameters, JobContext context)
    {
        var target = new ObjectUri(StorageBuckets.JobResults, $"{context.JobId}/normalized.csv");
        var run = new NormalizeRun(new DatasetSource(context.Storage, dataset.Uri, dataset.Kind), reading.Value, context.ReportProgress);
        var plan = NormalizePlan.Resolve(dataset.Columns!, parameters);
        var written = await run.StoreAsync(plan, memory.Value.NewBudget(), target, context.CancellationToken);
        var summary = new JsonObject
        {
            ["rows"] = written.Rows,
            ["columns"] = dataset.Columns!.Count,
            ["dropped_rows"] = written.Dropped,
            ["filled_cells"] = written.Filled,
        };
        return new JobOutcome.Completed(summary.ToJsonString(), target.ToString());
    }
}

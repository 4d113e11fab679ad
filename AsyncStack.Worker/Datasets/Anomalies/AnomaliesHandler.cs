using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Execution;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets.Anomalies;

/// <summary>Runs <c>anomalies</c> jobs: one pass over the file for the column, everything else over what was kept of it.</summary>
internal sealed class AnomaliesHandler(
    DatasetStore datasets, DatasetGate gate, IOptions<DatasetReadOptions> reading, IOptions<DatasetMemoryOptions> memory)
    : DatasetHandler<AnomaliesParams>(JobTypes.Anomalies.Name, datasets, gate)
{
    // Reading takes most of the time by far.
    private const double ReadShare = 0.9;

    protected override async Task<JobOutcome> RunAsync(Dataset dataset, AnomaliesParams parameters, JobContext context)
    {
        var strategy = AnomalyStrategies.Find(parameters.Strategy);
        var place = NumberColumnAt(dataset, parameters.Column);
        var budget = memory.Value.NewBudget();
        using var values = new NumberColumn(budget);
        await ReadAsync(dataset, place, parameters.LimitRows, values, context);
        using var found = new FoundAnomalies(budget);
        found.Search(values, strategy(values, budget, context.CancellationToken), context.CancellationToken);
        var uri = new ObjectUri(StorageBuckets.JobResults, $"{context.JobId}/anomalies.json");
        var integers = dataset.Columns![place].Type == DatasetColumnType.Integers;
        await ResultUpload.RunAsync(context.Storage, uri, (writer, token) => found.WriteAsync(writer, integers, token), context.CancellationToken);
        return new JobOutcome.Completed($$"""{"anomalies_count":{{found.Count}}}""", uri.ToString());
    }

    private static int NumberColumnAt(Dataset dataset, string name)
    {
        var place = PlaceOf(dataset, name);
        return dataset.Columns![place].Type is DatasetColumnType.Integers or DatasetColumnType.Numbers
            ? place
            : throw new DatasetJobException(
                $"Column '{name}' is of type {dataset.Columns[place].Type}; anomalies are looked for in columns of type {DatasetColumnType.Integers} or {DatasetColumnType.Numbers}.");
    }

    private async Task ReadAsync(Dataset dataset, int place, long? limit, NumberColumn values, JobContext context)
    {
        var source = new DatasetSource(context.Storage, dataset.Uri, dataset.Kind);
        var request = new ReadRequest { MaxRows = limit, Columns = [place], Progress = read => context.ReportProgress(read * ReadShare) };
        await DatasetReader.ReadAsync(source, reading.Value, new ColumnPass(place, dataset.Columns![place].Name, values), request, context.CancellationToken);
    }
}

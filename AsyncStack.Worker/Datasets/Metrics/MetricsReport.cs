using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Computes what is asked for of a dataset, in one pass, and the profile in as many as its columns take.</summary>
/// <remarks><c>compared</c> are the columns that equal rows are equal in.</remarks>
internal sealed class MetricsReport(Dataset dataset, MetricsParams parameters, int[] compared, DatasetReadOptions reading, DatasetMemoryOptions memory)
{
    /// <summary>Writes <c>{"metrics": {…}}</c>.</summary>
    public async Task WriteAsync(Utf8JsonWriter json, IObjectStorage storage, Action<double> progress, CancellationToken cancellationToken)
    {
        var columns = dataset.Columns!;
        var profile = parameters.Wants(MetricsParams.Profile);
        var source = new DatasetSource(storage, dataset.Uri, dataset.Kind);
        var passes = 1 + (profile ? Profiler.Passes(columns.Count) : 0);
        var reader = new MetricsReader(source, reading, parameters.LimitRows, passes, progress);
        json.WriteStartObject();
        json.WriteStartObject("metrics");
        await WriteCountsAsync(json, reader, cancellationToken);
        if (profile)
        {
            await new Profiler(reader, memory.NewBudget()).WriteAsync(json, columns, cancellationToken);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private async Task WriteCountsAsync(Utf8JsonWriter json, MetricsReader reader, CancellationToken cancellationToken)
    {
        var columns = dataset.Columns!.Count;
        var (rows, nulls, duplicated) =
            (parameters.Wants(MetricsParams.Rows), parameters.Wants(MetricsParams.NullRatio), parameters.Wants(MetricsParams.Duplicated));
        using var duplicates = duplicated ? new DuplicateIndex(memory.NewBudget(), ordered: false) : null;
        var pass = new MetricsPass(columns, nulls, duplicated ? new RowHashing(dataset.Columns, compared) : null, duplicates);
        var read = rows || nulls || duplicated ? await reader.ReadAsync(pass, nulls ? null : duplicated ? compared : [], maxRows: null, cancellationToken) : 0;
        if (rows)
        {
            json.WriteNumber(MetricsParams.Rows, read);
        }

        if (parameters.Wants(MetricsParams.Columns))
        {
            json.WriteNumber(MetricsParams.Columns, columns);
        }

        if (nulls)
        {
            json.WriteNumber(MetricsParams.NullRatio, pass.Nulls.Average(n => (double)n / read));
        }

        if (duplicates is not null)
        {
            json.WriteNumber(MetricsParams.Duplicated, duplicates.Count(Keeping(parameters.Duplicates?.Keep), cancellationToken));
        }
    }

    private static DuplicateKeep Keeping(Keep? keep) => keep switch
    {
        Keep.First => DuplicateKeep.First,
        Keep.Last => DuplicateKeep.Last,
        _ => DuplicateKeep.None,
    };
}

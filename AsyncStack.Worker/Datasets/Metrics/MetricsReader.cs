using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Reads a dataset several times, each pass an equal share of the progress.</summary>
internal sealed class MetricsReader(DatasetSource source, DatasetReadOptions options, long? limitRows, int passes, Action<double> progress)
{
    private int _done;

    /// <summary>One pass over some columns (null: all), over at most so many rows of those wanted; returns how many it had.</summary>
    public async Task<long> ReadAsync<TPart>(BlockPass<TPart> pass, int[]? columns, long? maxRows, CancellationToken cancellationToken)
    {
        var request = new ReadRequest
        {
            MaxRows = maxRows ?? limitRows,
            Columns = columns,
            Progress = read => progress((_done + read) / passes),
        };
        var summary = await DatasetReader.ReadAsync(source, options, pass, request, cancellationToken);
        _done++;
        return summary.Rows;
    }
}

using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Profiles columns, so many in a pass that their buffers stay small beside the budget.</summary>
internal sealed class Profiler(MetricsReader reader, MemoryBudget budget)
{
    // Of one pass.
    private const int GroupColumns = 16;

    // Of the budget; the rest is for the numbers.
    private const int TallyShare = 4;

    /// <summary>Passes that so many columns take.</summary>
    public static int Passes(int columns) => ((columns + GroupColumns - 1) / GroupColumns) + 1;

    public async Task WriteAsync(Utf8JsonWriter json, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var profiles = new List<ColumnProfile>(columns.Count);
        foreach (var group in Enumerable.Range(0, columns.Count).Chunk(GroupColumns))
        {
            profiles.AddRange(await ProfileAsync(group, columns, cancellationToken));
        }

        var texts = new CellTextsPass(profiles.SelectMany(p => p.Texts));
        if (texts.Rows > 0)
        {
            await reader.ReadAsync(texts, texts.Columns, texts.Rows, cancellationToken);
        }

        json.WriteStartArray(MetricsParams.Profile);
        profiles.ForEach(p => p.Write(json, texts.Texts));
        json.WriteEndArray();
    }

    private async Task<List<ColumnProfile>> ProfileAsync(int[] places, IReadOnlyList<DatasetColumn> columns, CancellationToken cancellationToken)
    {
        var hash = new RowHash(0);
        var limit = (int)Math.Min(budget.Bytes / TallyShare / ValueTally.EntryBytes / places.Length, 1 << 20);
        var values = places.Select(p => new ColumnValues(p, columns[p], hash, budget, limit)).ToArray();
        try
        {
            await reader.ReadAsync(new ColumnValuesPass(values), places, maxRows: null, cancellationToken);
            return [.. values.Select(v => ColumnProfile.Of(v, budget, cancellationToken))];
        }
        finally
        {
            Array.ForEach(values, v => v.Dispose());
        }
    }
}

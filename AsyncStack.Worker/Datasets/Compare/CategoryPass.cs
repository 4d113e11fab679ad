using System.Text;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>How often each text of a column occurs, as long as there are at most so many different ones.</summary>
internal sealed class CategoryPass(int column, int most) : BlockPass<Dictionary<string, long>?>
{
    /// <summary>Counts by text; null when there are too many different ones.</summary>
    public Dictionary<string, long>? Counts { get; private set; } = new(StringComparer.Ordinal);

    public long Rows { get; private set; }

    public long Missing { get; private set; }

    public override Dictionary<string, long>? Process(RowBlock block)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var row = 0; row < block.RowCount; row++)
        {
            // The empty text stands for a missing value.
            var text = block.IsMissing(row, column) ? "" : Encoding.UTF8.GetString(block.Cell(row, column));
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return counts;
    }

    public override void Merge(Dictionary<string, long>? part, RowBlock block, long firstRow)
    {
        Rows += block.RowCount;
        foreach (var (text, count) in part!)
        {
            if (text.Length == 0)
                Missing += count;
            else if (Counts is not null)
                Counts[text] = Counts.GetValueOrDefault(text) + count;
        }

        if (Counts?.Count > most)
            Counts = null;
    }
}

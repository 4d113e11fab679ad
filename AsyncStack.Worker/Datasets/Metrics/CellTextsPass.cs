using System.Text;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>Fetches the texts of some cells, of which only hashes were kept; what is long is cut.</summary>
internal sealed class CellTextsPass(IEnumerable<(long Row, int Column)> cells) : BlockPass<bool>
{
    /// <summary>Characters of a text at the most.</summary>
    public const int MaxCharacters = 256;

    private readonly (long Row, int Column)[] _cells = [.. cells.Distinct().Order()];
    private int _next;

    /// <summary>Rows to read until all are found.</summary>
    public long Rows => _cells.Length == 0 ? 0 : _cells[^1].Row + 1;

    /// <summary>The columns that are asked for, ascending.</summary>
    public int[] Columns => [.. _cells.Select(c => c.Column).Distinct().Order()];

    public Dictionary<(long Row, int Column), string> Texts { get; } = [];

    public override bool Process(RowBlock block) => true;

    public override void Merge(bool part, RowBlock block, long firstRow)
    {
        for (; _next < _cells.Length && _cells[_next].Row < firstRow + block.RowCount; _next++)
        {
            Texts[_cells[_next]] = Cut(block.Cell((int)(_cells[_next].Row - firstRow), _cells[_next].Column));
        }
    }

    private static string Cut(ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell);
        if (text.Length <= MaxCharacters)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)] + "…";
    }
}

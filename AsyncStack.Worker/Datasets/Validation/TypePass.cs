using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Validation;

/// <summary>What a column's values that are not missing have been read as.</summary>
[Flags]
internal enum CellKinds : byte
{
    None = 0,
    Integer = 1,
    Number = 2,
    Boolean = 4,
    Text = 8,
}

/// <summary>Finds the type of every column in one pass, by the rules of pandas' inference.</summary>
internal sealed class TypePass(int columnCount) : BlockPass<CellKinds[]>
{
    private readonly CellKinds[] _kinds = new CellKinds[columnCount];

    /// <summary>
    /// Integers where all are whole numbers of 64 bits, numbers where some are not or nothing is there at all, booleans where
    /// all are; everything else, mixtures too, is text. Missing values change nothing.
    /// </summary>
    public string TypeOf(int column) => _kinds[column] switch
    {
        CellKinds.Integer => DatasetColumnType.Integers,
        CellKinds.None or CellKinds.Number or (CellKinds.Integer | CellKinds.Number) => DatasetColumnType.Numbers,
        CellKinds.Boolean => DatasetColumnType.Booleans,
        _ => DatasetColumnType.Strings,
    };

    public override CellKinds[] Process(RowBlock block)
    {
        var kinds = new CellKinds[block.ColumnCount];
        for (var row = 0; row < block.RowCount; row++)
        {
            for (var column = 0; column < kinds.Length; column++)
            {
                if (!kinds[column].HasFlag(CellKinds.Text))
                {
                    kinds[column] |= KindOf(block.Cell(row, column), kinds[column]);
                }
            }
        }

        return kinds;
    }

    public override void Merge(CellKinds[] part, RowBlock block, long firstRow)
    {
        for (var column = 0; column < part.Length; column++)
        {
            _kinds[column] |= part[column];
        }
    }

    // A column with one number that is not whole has no integers to look for any more.
    private static CellKinds KindOf(ReadOnlySpan<byte> cell, CellKinds known)
    {
        if (!known.HasFlag(CellKinds.Number) && CellParser.TryParseInt64(cell, out _))
        {
            return CellKinds.Integer;
        }

        return CellParser.TryParseDouble(cell, out _) ? CellKinds.Number
            : CellParser.IsMissing(cell) ? CellKinds.None
            : CellParser.TryParseBool(cell, out _) ? CellKinds.Boolean
            : CellKinds.Text;
    }
}

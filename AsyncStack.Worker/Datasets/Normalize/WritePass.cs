using System.Text;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>The second pass: formats blocks side by side and writes them in order, without the rows that do not stay.</summary>
internal sealed class WritePass(ResultWriter writer, CellEdit[] edits, RowSet? kept, Dialect dialect) : BlockPass<FormattedRows>
{
    private readonly byte[] _newLine = Encoding.ASCII.GetBytes(dialect.NewLine);

    /// <summary>Rows written.</summary>
    public long Rows { get; private set; }

    /// <summary>Missing cells that got a value, in rows written.</summary>
    public long Filled { get; private set; }

    public void WriteHeader(DatasetHeader header)
    {
        if (dialect.Bom)
        {
            writer.Write("\uFEFF"u8);
        }

        writer.Write(header.RawLine.Span);
        writer.Write(_newLine);
    }

    public override FormattedRows Process(RowBlock block)
    {
        var rows = new FormattedRows(block.RowCount, block.Length + (block.RowCount * (edits.Length + 1) * 8));
        for (var row = 0; row < block.RowCount; row++)
        {
            Format(block, row, rows);

            // A blank line would be no row; pandas writes the same.
            if (rows.RowIsEmpty)
            {
                rows.Write("\"\""u8);
            }

            rows.EndRow(_newLine);
        }

        return rows;
    }

    public override void Merge(FormattedRows part, RowBlock block, long firstRow)
    {
        using (part)
        {
            for (var row = 0; row < block.RowCount;)
            {
                var first = row;
                var stays = Stays(firstRow + row);
                while (row < block.RowCount && Stays(firstRow + row) == stays)
                {
                    row = kept is null ? block.RowCount : row + 1;
                }

                if (stays)
                {
                    writer.Write(part.Text(first, row - first));
                    Rows += row - first;
                    Filled += part.Filled(first, row - first);
                }
            }
        }
    }

    private bool Stays(long row) => kept is null || kept[row];

    private void Format(RowBlock block, int row, FormattedRows target)
    {
        var raw = block.RawRow(row);
        var copied = 0;
        foreach (var edit in edits)
        {
            var cell = block.Cell(row, edit.Place);
            var missing = CellParser.IsMissing(cell);
            if (missing ? edit.Fill is null : edit.Scale is null)
            {
                continue;
            }

            var at = block.OffsetInRow(row, edit.Place);
            target.Write(raw[copied..at]);
            copied = at + block.RawCell(row, edit.Place).Length;
            if (missing)
            {
                target.Write(edit.Fill);
                target.CountFilled();
            }
            else
            {
                target.Write(edit.Scale!.Value.Apply(CellParser.TryParseDouble(cell, out var number) ? number : throw CellEdit.NoNumber(edit.Name, cell)));
            }
        }

        target.Write(raw[copied..]);
    }
}

using System.Buffers;
using System.Buffers.Binary;
using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets;

/// <summary>
/// Hashes rows by the values of some columns, as the types found at validation have them, under a key of its own: <c>1.0</c> and
/// <c>1.00</c> are one number, every missing value is the same. For any thread.
/// </summary>
internal sealed class RowHashing(IReadOnlyList<DatasetColumn> types, int[] columns)
{
    private const long MaxExact = 1L << 53;

    private readonly RowHash _hash = new(columns.Length);

    /// <summary>The hash of every row of the block, in a pooled array that the caller gives back.</summary>
    public UInt128[] Hash(RowBlock block)
    {
        var rows = ArrayPool<RowHashState>.Shared.Rent(block.RowCount);
        var states = rows.AsSpan(0, block.RowCount);
        states.Clear();
        for (var i = 0; i < columns.Length; i++)
        {
            Add(states, i, block, columns[i]);
        }

        var hashes = ArrayPool<UInt128>.Shared.Rent(block.RowCount);
        for (var row = 0; row < states.Length; row++)
        {
            hashes[row] = RowHash.Finish(states[row]);
        }

        ArrayPool<RowHashState>.Shared.Return(rows);
        return hashes;
    }

    private void Add(Span<RowHashState> rows, int position, RowBlock block, int column)
    {
        // Words are not compared for each cell.
        var type = types[column].Type;
        var row = type is DatasetColumnType.Numbers ? AddNumbers(rows, position, block, column) : 0;
        var integers = type is DatasetColumnType.Integers;
        var booleans = type is DatasetColumnType.Booleans;
        for (; row < rows.Length; row++)
        {
            var cell = block.Cell(row, column);
            if (integers && CellParser.TryParseInt64(cell, out var integer))
            {
                AddInteger(ref rows[row], position, integer);
            }
            else if (CellParser.IsMissing(cell))
            {
                _hash.AddMissing(ref rows[row], position);
            }
            else
            {
                _hash.Add(ref rows[row], position, booleans && CellParser.TryParseBool(cell, out var truth) ? Text(truth) : cell);
            }
        }
    }

    // Up to the first row that has no number after all; answers which.
    private int AddNumbers(Span<RowHashState> rows, int position, RowBlock block, int column)
    {
        var numbers = ArrayPool<double>.Shared.Rent(rows.Length);
        var count = block.ReadNumbers(column, numbers);
        _hash.Add(rows, position, numbers.AsSpan(0, count));
        ArrayPool<double>.Shared.Return(numbers);
        return count;
    }

    // Not as an integer of RowHash, which must not meet missing cells; beyond what a double holds exactly, by its bytes.
    private void AddInteger(ref RowHashState row, int position, long value)
    {
        if (value is >= -MaxExact and <= MaxExact)
        {
            _hash.Add(ref row, position, (double)value);
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _hash.Add(ref row, position, bytes);
    }

    private static ReadOnlySpan<byte> Text(bool truth) => truth ? "True"u8 : "False"u8;
}

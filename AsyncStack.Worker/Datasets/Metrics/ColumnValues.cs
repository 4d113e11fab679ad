using System.Buffers;
using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>A column's values in one block: a key for each row, and for numbers themselves and what they sum up to; arrays are pooled.</summary>
internal sealed record ColumnPart(UInt128[] Keys, double[]? Numbers, Moments Moments);

/// <summary>What a pass has gathered of one column. Equal values have equal keys: a number's bits, an integer, 0 or 1, a text's hash.</summary>
internal sealed class ColumnValues(int place, DatasetColumn column, RowHash texts, MemoryBudget budget, int tallyLimit) : IDisposable
{
    private static readonly UInt128 Missing = UInt128.MaxValue;
    private Moments _moments;

    public int Place => place;

    public DatasetColumn Column => column;

    /// <summary>Rows without a value.</summary>
    public long Nulls { get; private set; }

    /// <summary>Rows with one.</summary>
    public long Count { get; private set; }

    public Moments Moments => _moments;

    /// <summary>All numbers, when the column has any.</summary>
    public NumberColumn? Numbers { get; } =
        column.Type is DatasetColumnType.Numbers or DatasetColumnType.Integers ? new NumberColumn(budget) : null;

    public ValueTally Tally { get; } = new(budget, tallyLimit);

    /// <summary>For any thread.</summary>
    public ColumnPart Read(RowBlock block)
    {
        var keys = ArrayPool<UInt128>.Shared.Rent(block.RowCount);
        var moments = default(Moments);
        if (Numbers is null)
        {
            ReadKeys(block, keys);
            return new ColumnPart(keys, null, moments);
        }

        var numbers = ArrayPool<double>.Shared.Rent(block.RowCount);
        if (block.ReadNumbers(place, numbers) < block.RowCount)
        {
            throw Changed();
        }

        moments.Add(numbers.AsSpan(0, block.RowCount));
        if (column.Type is DatasetColumnType.Integers)
        {
            ReadKeys(block, keys);
        }
        else
        {
            KeysOf(numbers.AsSpan(0, block.RowCount), keys);
        }

        return new ColumnPart(keys, numbers, moments);
    }

    /// <summary>Parts in row order.</summary>
    public void Add(ColumnPart part, int rows, long firstRow)
    {
        var nulls = Nulls;
        for (var row = 0; row < rows; row++)
        {
            if (part.Keys[row] == Missing)
            {
                Nulls++;
            }
            else
            {
                Tally.Add(part.Keys[row], firstRow + row);
            }
        }

        Count += rows - (Nulls - nulls);
        ArrayPool<UInt128>.Shared.Return(part.Keys);
        if (part.Numbers is { } numbers)
        {
            _moments.Merge(part.Moments);
            Numbers!.Append(numbers.AsSpan(0, rows));
            ArrayPool<double>.Shared.Return(numbers);
        }
    }

    public void Dispose()
    {
        Numbers?.Dispose();
        Tally.Dispose();
    }

    private static void KeysOf(ReadOnlySpan<double> numbers, Span<UInt128> keys)
    {
        for (var row = 0; row < numbers.Length; row++)
        {
            // Plus zero, because -0 equals 0.
            keys[row] = double.IsNaN(numbers[row]) ? Missing : BitConverter.DoubleToUInt64Bits(numbers[row] + 0.0);
        }
    }

    private void ReadKeys(RowBlock block, Span<UInt128> keys)
    {
        for (var row = 0; row < block.RowCount; row++)
        {
            var cell = block.Cell(row, place);
            keys[row] = CellParser.IsMissing(cell) ? Missing : KeyOf(cell);
        }
    }

    private UInt128 KeyOf(ReadOnlySpan<byte> cell) => column.Type switch
    {
        DatasetColumnType.Integers => CellParser.TryParseInt64(cell, out var integer) ? (ulong)integer : throw Changed(),
        DatasetColumnType.Booleans => CellParser.TryParseBool(cell, out var truth) ? truth ? UInt128.One : UInt128.Zero : throw Changed(),
        _ => texts.OfText(cell),
    };

    private DatasetJobException Changed() =>
        new($"Column '{column.Name}' has a value that is no {column.Type}, though it had none when the dataset was validated. Upload the file again.");
}

/// <summary>Gathers the values of some columns.</summary>
internal sealed class ColumnValuesPass(IReadOnlyList<ColumnValues> columns) : BlockPass<ColumnPart[]>
{
    public override ColumnPart[] Process(RowBlock block) => [.. columns.Select(c => c.Read(block))];

    public override void Merge(ColumnPart[] part, RowBlock block, long firstRow)
    {
        for (var i = 0; i < part.Length; i++)
        {
            columns[i].Add(part[i], block.RowCount, firstRow);
        }
    }
}

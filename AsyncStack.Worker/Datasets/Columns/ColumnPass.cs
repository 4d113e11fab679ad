using System.Buffers;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Anomalies;

/// <summary>Takes the numbers of one column, in row order. They are in pooled arrays between the two steps.</summary>
internal sealed class ColumnPass(int column, string name, NumberColumn values) : BlockPass<double[]>
{
    public override double[] Process(RowBlock block)
    {
        var numbers = ArrayPool<double>.Shared.Rent(block.RowCount);
        var row = block.ReadNumbers(column, numbers);
        return row == block.RowCount
            ? numbers
            : throw new DatasetJobException($"Column '{name}' has a value that is no number, though it had none when the dataset was validated. Upload the file again.");
    }

    public override void Merge(double[] part, RowBlock block, long firstRow)
    {
        values.Append(part.AsSpan(0, block.RowCount));
        ArrayPool<double>.Shared.Return(part);
    }
}

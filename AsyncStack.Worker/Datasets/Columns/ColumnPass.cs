using System.Buffers;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Takes the numbers of one column, in row order. They are in pooled arrays between the two steps.</summary>
internal sealed class ColumnPass(int column, string name, NumberColumn values) : BlockPass<double[]>
{
    /// <summary>A column's numbers in one block, in a pooled array that the caller gives back.</summary>
    /// <exception cref="DatasetJobException">A value is neither a number nor missing.</exception>
    public static double[] Read(RowBlock block, int column, string name)
    {
        var numbers = ArrayPool<double>.Shared.Rent(block.RowCount);
        return block.ReadNumbers(column, numbers) == block.RowCount
            ? numbers
            : throw new DatasetJobException($"Column '{name}' has a value that is no number, though it had none when the dataset was validated. Upload the file again.");
    }

    public override double[] Process(RowBlock block) => Read(block, column, name);

    public override void Merge(double[] part, RowBlock block, long firstRow)
    {
        values.Append(part.AsSpan(0, block.RowCount));
        ArrayPool<double>.Shared.Return(part);
    }
}

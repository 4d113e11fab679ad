using System.Buffers;
using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>What one dataset has in a column: its numbers where both datasets have numbers, else its texts.</summary>
internal sealed class ComparedColumn(int place, string name, bool numbers, MemoryBudget budget) : IDisposable
{
    public int Place => place;

    /// <summary>All numbers, missing ones as NaN; null for texts.</summary>
    public NumberColumn? Numbers { get; } = numbers ? new NumberColumn(budget) : null;

    /// <summary>Texts by how often they occur; null for numbers.</summary>
    public Categories? Texts { get; } = numbers ? null : new Categories();

    /// <summary>For any thread.</summary>
    public ComparedPart Read(RowBlock block) => Texts is null
        ? new ComparedPart(ColumnPass.Read(block, place, name), null)
        : new ComparedPart(null, Categories.Of(block, place));

    /// <summary>Parts in row order.</summary>
    public void Add(ComparedPart part, int rows)
    {
        if (part.Numbers is { } values)
        {
            Numbers!.Append(values.AsSpan(0, rows));
            ArrayPool<double>.Shared.Return(values);
        }
        else
        {
            Texts!.Add(part.Texts!);
        }
    }

    public void Dispose() => Numbers?.Dispose();
}

/// <summary>A column in one block: numbers in a pooled array, or texts.</summary>
internal readonly record struct ComparedPart(double[]? Numbers, Categories? Texts);

/// <summary>Gathers some columns of one dataset.</summary>
internal sealed class ComparedColumnsPass(IReadOnlyList<ComparedColumn> columns) : BlockPass<ComparedPart[]>
{
    public override ComparedPart[] Process(RowBlock block) => [.. columns.Select(c => c.Read(block))];

    public override void Merge(ComparedPart[] part, RowBlock block, long firstRow)
    {
        for (var i = 0; i < part.Length; i++)
        {
            columns[i].Add(part[i], block.RowCount);
        }
    }
}

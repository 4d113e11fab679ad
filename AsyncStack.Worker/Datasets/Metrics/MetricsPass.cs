using System.Buffers;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>What one block holds.</summary>
internal readonly record struct MetricsPart(long[]? Nulls, UInt128[]? Hashes);

/// <summary>Counts missing values and collects row hashes, each only when it is asked for.</summary>
internal sealed class MetricsPass(int columns, bool nulls, RowHashing? hashing, DuplicateIndex? duplicates) : BlockPass<MetricsPart>
{
    /// <summary>Missing values by column.</summary>
    public long[] Nulls { get; } = new long[columns];

    public override MetricsPart Process(RowBlock block) => new(nulls ? CountNulls(block) : null, hashing?.Hash(block));

    public override void Merge(MetricsPart part, RowBlock block, long firstRow)
    {
        for (var i = 0; i < part.Nulls?.Length; i++)
        {
            Nulls[i] += part.Nulls[i];
        }

        if (part.Hashes is { } hashes)
        {
            duplicates!.Add(hashes.AsSpan(0, block.RowCount));
            ArrayPool<UInt128>.Shared.Return(hashes);
        }
    }

    private long[] CountNulls(RowBlock block)
    {
        var counts = new long[columns];
        for (var row = 0; row < block.RowCount; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                counts[column] += block.IsMissing(row, column) ? 1 : 0;
            }
        }

        return counts;
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Which row of a group of equal rows is not a duplicate, as pandas' <c>keep</c>.</summary>
internal enum DuplicateKeep
{
    /// <summary>None: every row of the group is one.</summary>
    None,
    First,
    Last,
}

/// <summary>
/// Finds equal rows by their hashes, added in row order, in 256 partitions by the hash's first byte; what the budget does not
/// hold is spilled. One partition's different hashes are in memory at a time, beside a bit a row. For one thread.
/// </summary>
internal sealed class DuplicateIndex(MemoryBudget budget) : IDisposable
{
    private const int Partitions = 256;
    private const int ChunkRows = 512;
    private const int OrderRows = 64 * 1024;
    private readonly ChunkStore _hashes = new(budget);
    private readonly ChunkStore _order = new(budget);
    private readonly UInt128[] _open = new UInt128[Partitions * ChunkRows];
    private readonly int[] _used = new int[Partitions];
    private readonly List<int>[] _chunks = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];
    private readonly byte[] _openOrder = new byte[OrderRows];

    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<UInt128> rows)
    {
        foreach (var hash in rows)
        {
            var partition = (int)(hash >> 120);
            _open[(partition * ChunkRows) + _used[partition]++] = hash;
            if (_used[partition] == ChunkRows)
            {
                _chunks[partition].Add(_hashes.Append(MemoryMarshal.AsBytes(Open(partition))));
                _used[partition] = 0;
            }

            _openOrder[(int)(Rows++ % OrderRows)] = (byte)partition;
            if (Rows % OrderRows == 0)
            {
                _order.Append(_openOrder);
            }
        }
    }

    /// <summary>How many rows pandas' <c>duplicated(keep)</c> flags.</summary>
    public long Count(DuplicateKeep keep, CancellationToken cancellationToken)
    {
        var count = 0L;
        for (var partition = 0; partition < Partitions; partition++)
        {
            count += Flag(partition, keep, cancellationToken).Sum(word => (long)BitOperations.PopCount(word));
        }

        return count;
    }

    /// <summary>The rows that are not flagged, that is those that <c>drop_duplicates(keep)</c> leaves.</summary>
    public RowSet Kept(DuplicateKeep keep, CancellationToken cancellationToken)
    {
        var flags = Enumerable.Range(0, Partitions).Select(p => Flag(p, keep, cancellationToken)).ToArray();
        var kept = new RowSet(Rows);
        var next = new int[Partitions];
        var buffer = new byte[OrderRows];
        for (var row = 0L; row < Rows;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = (int)(row / OrderRows);
            var order = block < _order.Count ? _order.Read(block, buffer) : _openOrder.AsSpan(0, (int)(Rows % OrderRows));
            foreach (var partition in order)
            {
                var at = next[partition]++;
                kept[row++] = (flags[partition][at >> 6] >> (at & 63) & 1) == 0;
            }
        }

        return kept;
    }

    public void Dispose()
    {
        _hashes.Dispose();
        _order.Dispose();
    }

    private Span<UInt128> Open(int partition) => _open.AsSpan(partition * ChunkRows, _used[partition]);

    // A bit for each row of the partition, in row order.
    private ulong[] Flag(int partition, DuplicateKeep keep, CancellationToken cancellationToken)
    {
        var chunks = _chunks[partition];
        var flags = new ulong[((((long)chunks.Count * ChunkRows) + _used[partition]) / 64) + 1];
        var seen = new Dictionary<UInt128, int>(Math.Min(chunks.Count + 1, 256) * ChunkRows);
        var buffer = new byte[ChunkRows * 16];
        var row = 0;
        for (var i = 0; i <= chunks.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var hashes = i < chunks.Count ? MemoryMarshal.Cast<byte, UInt128>(_hashes.Read(chunks[i], buffer)) : Open(partition);
            foreach (var hash in hashes)
            {
                FlagRow(flags, seen, hash, row++, keep);
            }
        }

        return flags;
    }

    private static void FlagRow(ulong[] flags, Dictionary<UInt128, int> seen, UInt128 hash, int row, DuplicateKeep keep)
    {
        ref var other = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, hash, out var exists);
        if (exists && keep != DuplicateKeep.First)
        {
            flags[other >> 6] |= 1UL << (other & 63);
        }

        if (exists && keep != DuplicateKeep.Last)
        {
            flags[row >> 6] |= 1UL << (row & 63);
        }

        other = row;
    }
}

/// <summary>A set of rows, one bit each.</summary>
internal sealed class RowSet(long rows)
{
    private readonly ulong[] _bits = new ulong[(rows + 63) / 64];

    /// <summary>How many rows there are, in the set or not.</summary>
    public long Rows => rows;

    public bool this[long row]
    {
        get => (_bits[row >> 6] >> (int)(row & 63) & 1) != 0;
        set => _bits[row >> 6] = value ? _bits[row >> 6] | (1UL << (int)(row & 63)) : _bits[row >> 6] & ~(1UL << (int)(row & 63));
    }
}

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
/// Finds equal rows by their hashes, added in row order by one thread, in 256 partitions by the hash's first byte; what the budget
/// does not hold is spilled. Partitions are searched side by side, each in as many rounds as keep its table small: beside the budget
/// there are a few megabytes a core and a bit a row.
/// </summary>
/// <param name="budget">Shared by the job.</param>
/// <param name="ordered">Whether <see cref="Kept"/> will be asked; that takes a byte a row.</param>
internal sealed class DuplicateIndex(MemoryBudget budget, bool ordered) : IDisposable
{
    private const int Partitions = 256;
    private const int ChunkRows = 512;
    private const int OrderRows = 64 * 1024;
    private const int RoundRows = 256 * 1024;
    private readonly ChunkStore _hashes = new(budget);
    private readonly ChunkStore _order = new(budget);
    private readonly UInt128[] _open = new UInt128[Partitions * ChunkRows];
    private readonly int[] _used = new int[Partitions];
    private readonly List<int>[] _chunks = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];
    private readonly byte[] _openOrder = new byte[ordered ? OrderRows : 0];

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

            if (ordered)
            {
                AddOrder((byte)partition);
            }

            Rows++;
        }
    }

    /// <summary>How many rows pandas' <c>duplicated(keep)</c> flags.</summary>
    public long Count(DuplicateKeep keep, CancellationToken cancellationToken)
    {
        var counts = new long[Partitions];
        Flag(keep, (partition, flags) => counts[partition] = flags.Sum(word => (long)BitOperations.PopCount(word)), cancellationToken);
        return counts.Sum();
    }

    /// <summary>The rows that are not flagged, that is those that <c>drop_duplicates(keep)</c> leaves.</summary>
    public RowSet Kept(DuplicateKeep keep, CancellationToken cancellationToken)
    {
        var flags = new ulong[Partitions][];
        Flag(keep, (partition, found) => flags[partition] = found, cancellationToken);
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

    private void AddOrder(byte partition)
    {
        var at = (int)(Rows % OrderRows);
        _openOrder[at] = partition;
        if (at == OrderRows - 1)
        {
            _order.Append(_openOrder);
        }
    }

    // Gives a bit for each row of a partition, in row order.
    private void Flag(DuplicateKeep keep, Action<int, ulong[]> found, CancellationToken cancellationToken) => AllCores.Deal(
        Partitions,
        () => new LastRows(),
        (partition, seen) => found(partition, Flag(partition, keep, seen, cancellationToken)),
        cancellationToken);

    private ulong[] Flag(int partition, DuplicateKeep keep, LastRows seen, CancellationToken cancellationToken)
    {
        var rows = ((long)_chunks[partition].Count * ChunkRows) + _used[partition];
        var flags = new ulong[(rows / 64) + 1];
        var rounds = (int)BitOperations.RoundUpToPowerOf2((ulong)((rows / RoundRows) + 1));
        for (var round = 0; round < rounds; round++)
        {
            seen.Clear();
            FlagRound(partition, keep, seen, flags, round, rounds - 1, cancellationToken);
        }

        return flags;
    }

    // Equal rows are in the same round.
    private void FlagRound(
        int partition, DuplicateKeep keep, LastRows seen, ulong[] flags, int round, int roundMask, CancellationToken cancellationToken)
    {
        var chunks = _chunks[partition];
        Span<byte> buffer = new byte[ChunkRows * 16];
        var row = 0;
        for (var i = 0; i <= chunks.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var hashes = i < chunks.Count ? MemoryMarshal.Cast<byte, UInt128>(_hashes.Read(chunks[i], buffer)) : Open(partition);
            foreach (var hash in hashes)
            {
                if (((int)(hash >> 96) & roundMask) == round)
                {
                    FlagRow(flags, seen.Exchange(hash, row), row, keep);
                }

                row++;
            }
        }
    }

    private static void FlagRow(ulong[] flags, int other, int row, DuplicateKeep keep)
    {
        if (other < 0)
        {
            return;
        }

        if (keep != DuplicateKeep.First)
        {
            flags[other >> 6] |= 1UL << (other & 63);
        }

        if (keep != DuplicateKeep.Last)
        {
            flags[row >> 6] |= 1UL << (row & 63);
        }
    }

    /// <summary>The last row of each hash: a table with open addressing, used again by one partition after the other.</summary>
    private sealed class LastRows
    {
        private Entry[] _entries = new Entry[1 << 12];
        private int _count;

        // A row is kept as one more than it is, so that a cleared entry is an empty one.
        [StructLayout(LayoutKind.Sequential, Pack = 4)]
        private struct Entry
        {
            public ulong High;
            public ulong Low;
            public int Row;
        }

        public void Clear()
        {
            Array.Clear(_entries);
            _count = 0;
        }

        /// <summary>The row that was there before, or -1.</summary>
        public int Exchange(UInt128 hash, int row)
        {
            if (_count >= _entries.Length / 4 * 3)
            {
                Grow();
            }

            ref var entry = ref Find((ulong)(hash >> 64), (ulong)hash);
            var other = entry.Row - 1;
            _count += other < 0 ? 1 : 0;
            (entry.High, entry.Low, entry.Row) = ((ulong)(hash >> 64), (ulong)hash, row + 1);
            return other;
        }

        // The hash is keyed and uniform: its low bits are a place as good as any.
        private ref Entry Find(ulong high, ulong low)
        {
            var mask = _entries.Length - 1;
            for (var place = (int)low & mask; ; place = (place + 1) & mask)
            {
                ref var entry = ref _entries[place];
                if (entry.Row == 0 || (entry.Low == low && entry.High == high))
                {
                    return ref entry;
                }
            }
        }

        private void Grow()
        {
            var old = _entries;
            _entries = new Entry[old.Length * 2];
            foreach (ref var entry in old.AsSpan())
            {
                if (entry.Row != 0)
                {
                    Find(entry.High, entry.Low) = entry;
                }
            }
        }
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

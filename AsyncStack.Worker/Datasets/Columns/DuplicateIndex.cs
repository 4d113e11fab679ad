namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Which row of a group of equal rows is not a duplicate, as pandas' <c>keep</c>.</summary>
internal enum DuplicateKeep
{
    /// <summary>None: every row of the group is one.</summary>
    None,
    First,
    Last,
}

/// <summary>Finds equal rows by their hashes, added in row order; what the budget does not hold is spilled. For one thread.</summary>
internal sealed class DuplicateIndex(MemoryBudget budget) : IDisposable
{
    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<UInt128> rows) => throw new NotSupportedException($"{budget.Bytes}");

    /// <summary>How many rows pandas' <c>duplicated(keep)</c> flags.</summary>
    public long Count(DuplicateKeep keep, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>The rows that are not flagged, that is those that <c>drop_duplicates(keep)</c> leaves.</summary>
    public RowSet Kept(DuplicateKeep keep, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
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

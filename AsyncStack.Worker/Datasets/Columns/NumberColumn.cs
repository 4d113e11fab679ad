using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// The numbers of a column in row order, NaN where one is missing: 8 bytes a row, or 4 in blocks whose every number is a whole one of 32
/// bits; in memory as long as the budget lasts and then in a temporary file. Appending is for one thread; afterwards any number of
/// scans may run at once.
/// </summary>
internal sealed class NumberColumn(MemoryBudget budget) : IDisposable
{
    /// <summary>How many numbers a full block has.</summary>
    public const int BlockLength = 32 * 1024;

    // Stands for NaN among the narrow, which leaves it out itself.
    private const int NoNumber = int.MinValue;

    private readonly ChunkStore _chunks = new(budget);
    private readonly double[] _open = GC.AllocateUninitializedArray<double>(BlockLength);
    private readonly int[] _narrow = GC.AllocateUninitializedArray<int>(BlockLength);
    private int _used;

    /// <summary>Rows, missing ones among them.</summary>
    public long Count { get; private set; }

    public void Append(double value) => Append(new ReadOnlySpan<double>(in value));

    /// <summary>Adds numbers after the last.</summary>
    public void Append(ReadOnlySpan<double> values)
    {
        Count += values.Length;
        while (values.Length > 0)
        {
            var fitting = Math.Min(values.Length, BlockLength - _used);
            values[..fitting].CopyTo(_open.AsSpan(_used));
            values = values[fitting..];
            _used += fitting;
            if (_used == BlockLength)
            {
                _chunks.Append(TryNarrow(_open, _narrow) ? MemoryMarshal.AsBytes(_narrow.AsSpan()) : MemoryMarshal.AsBytes(_open.AsSpan()));
                _used = 0;
            }
        }
    }

    /// <summary>
    /// Goes through the numbers from the first to the last, block by block:
    /// <c>foreach (var block in column.Scan(token))</c>. A block is valid until the next.
    /// </summary>
    public BlockScan Scan(CancellationToken cancellationToken) => new(this, cancellationToken);

    /// <summary>
    /// Goes through the blocks in no order, on all cores; each thread gives its blocks to <paramref name="take"/> together with a state of
    /// its own. Answers the states.
    /// </summary>
    /// <exception cref="OperationCanceledException">The pass is no longer wanted.</exception>
    public TState[] ScanInParallel<TState>(
        Func<TState> newState, Action<ReadOnlySpan<double>, TState> take, CancellationToken cancellationToken)
    {
        var threads = AllCores.Deal(
            _chunks.Count + 1, () => (State: newState(), Buffer: NewBuffer()), (block, thread) => take(Read(block, thread.Buffer), thread.State), cancellationToken);
        return Array.ConvertAll(threads, t => t.State);
    }

    /// <summary>Goes through the blocks on all cores; answers what <paramref name="of"/> makes of each, in their order.</summary>
    /// <exception cref="OperationCanceledException">The pass is no longer wanted.</exception>
    public TResult[] MapInParallel<TResult>(Func<ReadOnlySpan<double>, TResult> of, CancellationToken cancellationToken)
    {
        var results = new TResult[_chunks.Count + 1];
        AllCores.Deal(results.Length, NewBuffer, (block, buffer) => results[block] = of(Read(block, buffer)), cancellationToken);
        return results;
    }

    public void Dispose() => _chunks.Dispose();

    private static double[] NewBuffer() => GC.AllocateUninitializedArray<double>(BlockLength);

    // The block after the last full one is the open one.
    private ReadOnlySpan<double> Read(int block, double[] buffer)
    {
        if (block == _chunks.Count)
        {
            return _open.AsSpan(0, _used);
        }

        if (_chunks.LengthOf(block) == BlockLength * sizeof(double))
        {
            return MemoryMarshal.Cast<byte, double>(_chunks.Read(block, MemoryMarshal.AsBytes(buffer.AsSpan())));
        }

        // From the second half of the buffer, when it comes from a file; each is read before anything is written over it.
        Widen(MemoryMarshal.Cast<byte, int>(_chunks.Read(block, MemoryMarshal.AsBytes(buffer.AsSpan(BlockLength / 2)))), buffer);
        return buffer;
    }

    private static bool TryNarrow(ReadOnlySpan<double> values, Span<int> narrow)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var whole = (int)values[i];
            if (double.IsNaN(values[i]))
            {
                whole = NoNumber;
            }
            else if (whole == NoNumber || BitConverter.DoubleToInt64Bits(whole) != BitConverter.DoubleToInt64Bits(values[i]))
            {
                return false;
            }

            narrow[i] = whole;
        }

        return true;
    }

    private static void Widen(ReadOnlySpan<int> narrow, Span<double> values)
    {
        for (var i = 0; i < narrow.Length; i++)
        {
            values[i] = narrow[i] == NoNumber ? double.NaN : narrow[i];
        }
    }

    /// <summary>A pass over a column; cancellation is noticed at each block.</summary>
    public ref struct BlockScan(NumberColumn column, CancellationToken cancellationToken)
    {
        private readonly double[] _buffer = NewBuffer();
        private int _block = -1;

        public readonly BlockScan GetEnumerator() => this;

        /// <summary>The numbers at hand.</summary>
        public ReadOnlySpan<double> Current { get; private set; }

        /// <exception cref="OperationCanceledException">The pass is no longer wanted.</exception>
        public bool MoveNext()
        {
            cancellationToken.ThrowIfCancellationRequested();
            _block++;
            Current = _block <= column._chunks.Count ? column.Read(_block, _buffer) : [];
            return Current.Length > 0;
        }
    }
}

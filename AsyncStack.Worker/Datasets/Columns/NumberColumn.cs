using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// The numbers of a column in row order, NaN where one is missing: 8 bytes a row, in memory as long as the budget lasts and
/// then in a temporary file. Appending is for one thread; afterwards any number of scans may run at once.
/// </summary>
internal sealed class NumberColumn(MemoryBudget budget) : IDisposable
{
    /// <summary>How many numbers a full block has.</summary>
    public const int BlockLength = 32 * 1024;

    private readonly ChunkStore _chunks = new(budget);
    private readonly double[] _open = GC.AllocateUninitializedArray<double>(BlockLength);
    private int _used;

    /// <summary>Rows, missing ones among them.</summary>
    public long Count { get; private set; }

    /// <summary>Whether part of it lies in a file.</summary>
    public bool Spilled => _chunks.Spilled;

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
                _chunks.Append(MemoryMarshal.AsBytes(_open.AsSpan()));
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
            _chunks.Count + 1,
            () => (State: newState(), Buffer: Spilled ? GC.AllocateUninitializedArray<byte>(BlockLength * sizeof(double)) : []),
            (block, thread) => take(
                block == _chunks.Count ? _open.AsSpan(0, _used) : MemoryMarshal.Cast<byte, double>(_chunks.Read(block, thread.Buffer)), thread.State),
            cancellationToken);
        return Array.ConvertAll(threads, t => t.State);
    }

    public void Dispose() => _chunks.Dispose();

    /// <summary>A pass over a column; cancellation is noticed at each block.</summary>
    public ref struct BlockScan(NumberColumn column, CancellationToken cancellationToken)
    {
        private readonly byte[] _buffer = column.Spilled ? GC.AllocateUninitializedArray<byte>(BlockLength * sizeof(double)) : [];
        private int _block = -1;

        public readonly BlockScan GetEnumerator() => this;

        /// <summary>The numbers at hand.</summary>
        public ReadOnlySpan<double> Current { get; private set; }

        /// <exception cref="OperationCanceledException">The pass is no longer wanted.</exception>
        public bool MoveNext()
        {
            cancellationToken.ThrowIfCancellationRequested();
            _block++;
            if (_block < column._chunks.Count)
            {
                Current = MemoryMarshal.Cast<byte, double>(column._chunks.Read(_block, _buffer));
                return true;
            }

            Current = column._open.AsSpan(0, _block == column._chunks.Count ? column._used : 0);
            return Current.Length > 0;
        }
    }
}

using System.Runtime.ExceptionServices;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>
/// Reads blocks of whole rows, works on several at once and merges them in row order. Each thread takes its turn at the source,
/// works on what it took, and merges whatever has come up in order; a block is held from its reading to its merge, and there
/// are two more blocks than threads, so that a slow merge holds up reading.
/// </summary>
internal sealed class BlockPipeline<TPart>(
    ByteSource source, DatasetHeader header, DatasetReadOptions options, BlockPass<TPart> pass, ReadRequest request, long linesBefore) : IDisposable
{
    private readonly CsvIndexer _indexer = new(header.Dialect.Delimiter, header.Columns.Count, options);
    private readonly Lock _reading = new();
    private readonly Lock _merging = new();
    private readonly object _turn = new();
    private readonly SemaphoreSlim _free = new(options.Parallelism + 2);
    private readonly Stack<RowBlock> _blocks = new();
    private readonly List<RowBlock> _all = [];
    private readonly Dictionary<long, (RowBlock Block, TPart? Part)> _waiting = [];
    private readonly CancellationTokenSource _stop = new();
    private byte[] _carry = [];
    private int _carried;
    private long _read;
    private long _merged;
    private long _turnOf;
    private long _rowsIndexed;
    private long _lines = linesBefore;
    private bool _ended;
    private bool _mergeBusy;
    private Exception? _error;

    public long Rows { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using (cancellationToken.Register(Stop))
        {
            await Task.WhenAll(Enumerable.Range(0, options.Parallelism).Select(_ => Task.Factory.StartNew(
                Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }

        if (_error is not null && !(cancellationToken.IsCancellationRequested && _error is OperationCanceledException))
            ExceptionDispatchInfo.Throw(_error);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        foreach (var block in _all)
            block.Dispose();
        _free.Dispose();
        _stop.Dispose();
    }

    private void Stop()
    {
        _stop.Cancel();
        lock (_turn)
            Monitor.PulseAll(_turn);
    }

    private void Work()
    {
        try
        {
            while (TakeBlock() is var (number, block) && block is not null)
            {
                _indexer.Index(block);
                LimitRows(number, block);
                _stop.Token.ThrowIfCancellationRequested();
                Merge(number, block, block.Fault is null && block.RowCount > 0 ? pass.Process(block) : default);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _error, exception, null);
            Stop();
        }
    }

    private (long Number, RowBlock? Block) TakeBlock()
    {
        _free.Wait(_stop.Token);
        lock (_reading)
        {
            if (_ended)
            {
                _free.Release();
                return (0, null);
            }

            if (!_blocks.TryPop(out var block))
                _all.Add(block = new RowBlock());
            block.Clear();
            if (Fill(block))
                return (_read++, block);
            _blocks.Push(block);
            _free.Release();
            return (0, null);
        }
    }

    private bool Fill(RowBlock block)
    {
        var (filled, wanted) = (_carried, Math.Max(options.BlockBytes, _carried));
        block.Reserve(wanted + 1, keep: 0);
        _carry.AsSpan(0, _carried).CopyTo(block.Buffer);
        while (true)
        {
            // On a thread of its own, so that blocking it holds up nobody.
            filled += source.ReadAsync(block.Buffer.AsMemory(filled, wanted - filled), _stop.Token).AsTask().GetAwaiter().GetResult();
            if (filled < wanted)
                return TakeLast(block, filled);
            var whole = CsvCutter.Cut(block.Buffer.AsSpan(0, filled), header.Dialect.Delimiter);
            if (whole > 0)
            {
                Carry(block.Buffer.AsSpan(whole, filled - whole));
                block.Length = whole;
                return true;
            }

            if (filled > options.MaxRowBytes)
            {
                (block.Length, block.Cut, _ended) = (filled, true, true);
                return true;
            }

            wanted = Math.Min(wanted * 2, options.MaxRowBytes + 1);
            block.Reserve(wanted + 1, filled);
        }
    }

    private bool TakeLast(RowBlock block, int filled)
    {
        _ended = true;
        _carried = 0;
        if (filled > 0 && block.Buffer[filled - 1] is not ((byte)'\n' or (byte)'\r'))
            block.Buffer[filled++] = (byte)'\n';
        block.Length = filled;
        return filled > 0;
    }

    private void Carry(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length)
            _carry = new byte[Math.Max(rest.Length, options.BlockBytes)];
        rest.CopyTo(_carry);
        _carried = rest.Length;
    }

    // With a limit a block must know how many rows are before it: blocks pass here in order.
    private void LimitRows(long number, RowBlock block)
    {
        if (request.MaxRows is not { } limit)
            return;
        lock (_turn)
        {
            while (_turnOf != number)
            {
                _stop.Token.ThrowIfCancellationRequested();
                Monitor.Wait(_turn);
            }

            if (block.RowCount >= limit - _rowsIndexed)
            {
                block.RowCount = (int)(limit - _rowsIndexed);
                block.Fault = null;
                _ended = true;
            }

            _rowsIndexed += block.RowCount;
            _turnOf++;
            Monitor.PulseAll(_turn);
        }
    }

    private void Merge(long number, RowBlock block, TPart? part)
    {
        lock (_merging)
        {
            _waiting.Add(number, (block, part));
            if (_mergeBusy)
                return;
            _mergeBusy = true;
        }

        while (true)
        {
            (RowBlock Block, TPart? Part) next;
            lock (_merging)
            {
                if (!_waiting.Remove(_merged, out next))
                {
                    _mergeBusy = false;
                    return;
                }
            }

            _stop.Token.ThrowIfCancellationRequested();
            MergeNext(next.Block, next.Part);
            _merged++;
            lock (_reading)
                _blocks.Push(next.Block);
            _free.Release();
        }
    }

    private void MergeNext(RowBlock block, TPart? part)
    {
        if (block.Fault is { } fault)
            throw Lines.Locate(block.Text, _lines, fault);
        if (block.RowCount > 0)
            pass.Merge(part!, block, Rows);
        Rows += block.RowCount;
        _lines += Lines.Count(block.Text);
        request.Progress?.Invoke(source.Progress);
    }
}

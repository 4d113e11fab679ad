using System.Diagnostics;
using System.Threading.Channels;
using AsyncStack.Core.Tracing;

namespace AsyncStack.Core.Batching;

/// <summary>
/// Group commit: callers hand in one item each and wait; a few writers take whatever is waiting, write it together
/// and answer all. Alone, an item is written at once; under load the batch grows by itself.
/// </summary>
/// <typeparam name="TItem">What a caller hands in.</typeparam>
/// <typeparam name="TResult">What a caller gets once its item is durable.</typeparam>
public sealed class Coalescer<TItem, TResult> : IAsyncDisposable
{
    private readonly Channel<Waiter> _waiting;
    private readonly Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> _write;
    private readonly string _name;
    private readonly int _maxBatch;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _writers;

    /// <param name="name">What one write is called among the spans, such as <c>accept jobs</c>; it is linked to the spans of those who handed in.</param>
    /// <param name="write">Writes a batch and returns one result an item, in order. When it throws for several items, each is tried alone, so that one bad item fails by itself.</param>
    /// <param name="writers">How many batches may be under way at once; at least 1.</param>
    /// <param name="maxBatch">Items in one batch at the most.</param>
    /// <param name="capacity">Items waiting at the most; a caller past that gets <see cref="CoalescerFullException"/>.</param>
    public Coalescer(
        string name, Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TResult>>> write, int writers, int maxBatch, int capacity)
    {
        _name = name;
        _write = write;
        _maxBatch = maxBatch;
        _waiting = Channel.CreateBounded<Waiter>(new BoundedChannelOptions(capacity) { SingleReader = writers == 1 });
        _writers = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>Hands in an item; completes when it is written, and throws what writing it threw.</summary>
    /// <exception cref="CoalescerFullException">Too many items wait already.</exception>
    public async Task<TResult> SubmitAsync(TItem item, CancellationToken cancellationToken = default)
    {
        var waiter = new Waiter(item);
        if (!_waiting.Writer.TryWrite(waiter))
        {
            throw new CoalescerFullException();
        }

        return await waiter.Completion.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes no more items and waits until those handed in are written.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        var drained = Task.WhenAll(_writers);
        if (await Task.WhenAny(drained, Task.Delay(TimeSpan.FromSeconds(10))) != drained)
        {
            await _stopping.CancelAsync();
            await drained;
        }

        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Waiter>(_maxBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < _maxBatch && _waiting.Reader.TryRead(out var waiter))
            {
                batch.Add(waiter);
            }

            if (batch.Count > 0)
            {
                await WriteAsync(batch);
                batch.Clear();
            }
        }
    }

    private async Task WriteAsync(List<Waiter> batch)
    {
        using var span = CoreTracing.Enabled ? CoreTracing.StartShared(_name, ActivityKind.Internal, batch.Select(w => w.Cause)) : null;
        span?.SetTag("asyncstack.batch.size", batch.Count);
        try
        {
            var results = await _write(batch.ConvertAll(w => w.Item), _stopping.Token);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Completion.SetResult(results[i]);
            }
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            await IsolateAsync(batch, exception);
        }
    }

    private async Task IsolateAsync(List<Waiter> batch, Exception exception)
    {
        if (batch.Count == 1 || !IsDataError(exception))
        {
            foreach (var waiter in batch)
            {
                waiter.Completion.TrySetException(exception);
            }

            return;
        }

        foreach (var waiter in batch)
        {
            await WriteAsync([waiter]);
        }
    }

    // An outage fails every item alike; only what the database says of the data itself is worth a try one by one.
    private static bool IsDataError(Exception exception) =>
        exception is not (OperationCanceledException or TimeoutException)
        && exception is Npgsql.PostgresException { IsTransient: false };

    private sealed class Waiter(TItem item)
    {
        public TItem Item { get; } = item;

        /// <summary>The span of who handed it in.</summary>
        public ActivityContext Cause { get; } = CoreTracing.Enabled ? Activity.Current?.Context ?? default : default;

        public TaskCompletionSource<TResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>More items wait than the coalescer was allowed to hold.</summary>
public sealed class CoalescerFullException() : Exception("Too many writes are waiting; try again shortly.");

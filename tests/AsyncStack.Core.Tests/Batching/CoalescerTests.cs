using System.Collections.Concurrent;
using AsyncStack.Core.Batching;
using AsyncStack.Core.Tests.Support;
using Npgsql;

namespace AsyncStack.Core.Tests.Batching;

public sealed class CoalescerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_that_wait_together_share_one_commit()
    {
        var writes = new Writes();
        await using var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var others = Enumerable.Range(0, 10).Select(n => coalescer.SubmitAsync($"{n}", Cancel)).ToArray();

        writes.Release();

        Assert.Equal("first done", await first);
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n} done"), await Task.WhenAll(others));
        Assert.Equal([1, 10], writes.Batches.Select(b => b.Count));
    }

    [Fact]
    public async Task A_batch_is_no_larger_than_it_may_be()
    {
        var writes = new Writes();
        await using var coalescer = writes.Coalescer(maxBatch: 4);
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var others = Enumerable.Range(0, 10).Select(n => coalescer.SubmitAsync($"{n}", Cancel)).ToArray();

        writes.Release();

        await Task.WhenAll([first, .. others]);
        Assert.Equal([1, 4, 4, 2], writes.Batches.Select(b => b.Count));
    }

    [Fact]
    public async Task A_bad_item_fails_alone()
    {
        var writes = new Writes(batch => batch.Contains("bad") ? DataError() : null);
        await using var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var (good, bad, last) = (coalescer.SubmitAsync("good", Cancel), coalescer.SubmitAsync("bad", Cancel), coalescer.SubmitAsync("last", Cancel));

        writes.Release();

        Assert.Equal(["first done", "good done", "last done"], await Task.WhenAll(first, good, last));
        await Assert.ThrowsAsync<PostgresException>(() => bad);
        Assert.Equal(["first", "good bad last", "good", "bad", "last"], writes.Batches.Select(b => string.Join(' ', b)));
    }

    [Fact]
    public async Task An_outage_fails_all_without_trying_each()
    {
        var writes = new Writes(batch => batch.Contains("first") ? null : new NpgsqlException("away", new TimeoutException()));
        await using var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var others = Enumerable.Range(0, 10).Select(n => coalescer.SubmitAsync($"{n}", Cancel)).ToArray();

        writes.Release();

        await first;
        foreach (var other in others)
        {
            await Assert.ThrowsAsync<NpgsqlException>(() => other);
        }

        Assert.Equal([1, 10], writes.Batches.Select(b => b.Count));
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_at_once()
    {
        var writes = new Writes();
        await using var coalescer = writes.Coalescer(capacity: 2);
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        Task[] waiting = [coalescer.SubmitAsync("1", Cancel), coalescer.SubmitAsync("2", Cancel)];

        await Assert.ThrowsAsync<CoalescerFullException>(() => coalescer.SubmitAsync("3", Cancel));

        writes.Release();
        await Task.WhenAll([first, .. waiting]);
        Assert.DoesNotContain("3", writes.Batches.SelectMany(b => b));
    }

    [Fact]
    public async Task Dispose_writes_what_waits_and_takes_no_more()
    {
        var writes = new Writes();
        var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var waiting = coalescer.SubmitAsync("waiting", Cancel);

        var disposed = coalescer.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<CoalescerFullException>(() => coalescer.SubmitAsync("late", Cancel));
        Assert.False(disposed.IsCompleted);
        writes.Release();

        await disposed;
        Assert.Equal(["first done", "waiting done"], await Task.WhenAll(first, waiting));
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_take_the_others_along()
    {
        var writes = new Writes();
        await using var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        using var patience = new CancellationTokenSource();
        var (gone, stays) = (coalescer.SubmitAsync("gone", patience.Token), coalescer.SubmitAsync("stays", Cancel));

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        writes.Release();

        Assert.Equal(["first done", "stays done"], await Task.WhenAll(first, stays));
    }

    [Fact]
    public async Task A_write_that_answers_too_few_fails_those_and_not_the_writer()
    {
        var writes = new Writes(answers: 1);
        await using var coalescer = writes.Coalescer();
        var first = coalescer.SubmitAsync("first", Cancel);
        await writes.Started;
        var (answered, unanswered) = (coalescer.SubmitAsync("1", Cancel), coalescer.SubmitAsync("2", Cancel));
        writes.Release();

        await first;
        Assert.Equal("1 done", await answered);
        await Assert.ThrowsAnyAsync<Exception>(() => unanswered);
        Assert.Equal("next done", await coalescer.SubmitAsync("next", Cancel).WaitAsync(Waiting.AtMost, Cancel));
    }

    private static PostgresException DataError() => new("invalid input", "ERROR", "ERROR", PostgresErrorCodes.InvalidTextRepresentation);

    /// <summary>A write whose first batch waits for the test, so that others gather behind it.</summary>
    private sealed class Writes(Func<IReadOnlyList<string>, Exception?>? failure = null, int answers = int.MaxValue)
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<IReadOnlyList<string>> Batches { get; } = new();

        public Task Started => _started.Task.WaitAsync(Waiting.AtMost, Cancel);

        public void Release() => _released.SetResult();

        public Coalescer<string, string> Coalescer(int maxBatch = 100, int capacity = 100) => new("write", WriteAsync, 1, maxBatch, capacity);

        private async Task<IReadOnlyList<string>> WriteAsync(IReadOnlyList<string> batch, CancellationToken cancellationToken)
        {
            Batches.Enqueue(batch);
            _started.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
            return failure?.Invoke(batch) is { } exception ? throw exception : [.. batch.Take(answers).Select(item => item + " done")];
        }
    }
}

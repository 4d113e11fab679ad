namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>A value and how often it occurs.</summary>
internal readonly record struct ValueCount<T>(T Value, long Count);

/// <summary>What a counter found: how many different values, and the most frequent (ties by value, ascending).</summary>
internal sealed record DistinctValues<T>(long Distinct, IReadOnlyList<ValueCount<T>> Top);

/// <summary>Counts the different numbers of a column exactly, spilling what the budget does not hold; NaN does not count, -0 is 0.</summary>
internal sealed class NumberCounter(MemoryBudget budget) : IDisposable
{
    public void Add(ReadOnlySpan<double> values) => throw new NotSupportedException($"{budget.Bytes}");

    /// <summary>The answer; ends the counting.</summary>
    public DistinctValues<double> Finish(int top, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>
/// Counts the different texts of a column exactly, spilling what the budget does not hold. Texts are told apart by their
/// 128-bit hash under the job's key, see <see cref="RowHash"/>.
/// </summary>
internal sealed class TextCounter(MemoryBudget budget, RowHash hash) : IDisposable
{
    public void Add(ReadOnlySpan<byte> text) => Add(hash.OfText(text), text);

    /// <summary>The same with the hash at hand, which any thread may have computed.</summary>
    public void Add(UInt128 textHash, ReadOnlySpan<byte> text) => throw new NotSupportedException($"{budget.Bytes}");

    /// <summary>The answer; ends the counting. Ties are in the order of the UTF-8 bytes.</summary>
    public DistinctValues<string> Finish(int top, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

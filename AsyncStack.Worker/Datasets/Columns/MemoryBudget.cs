namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// What one job may hold of its data in memory, and where the rest goes. Columns and counters of a job share one budget: what
/// does not fit is written to a <see cref="SpillFile"/>, and every answer is the same. It bounds data, not the small fixed
/// buffers that each of them works with.
/// </summary>
/// <param name="bytes">How much may be held; 0 spills everything.</param>
/// <param name="spillFolder">Where spilled data goes; null for the system's folder for temporary files.</param>
internal sealed class MemoryBudget(long bytes, string? spillFolder = null)
{
    private long _available = bytes;

    /// <summary>The whole of it, in bytes.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>What nobody holds, in bytes.</summary>
    public long Available => Volatile.Read(ref _available);

    /// <summary>Takes so many bytes, or nothing when fewer are left. Safe from several threads.</summary>
    public bool TryTake(long size)
    {
        if (Interlocked.Add(ref _available, -size) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _available, size);
        return false;
    }

    public void Return(long size) => Interlocked.Add(ref _available, size);

    /// <summary>A new temporary file in the budget's folder.</summary>
    public SpillFile OpenSpillFile() => new(spillFolder);
}

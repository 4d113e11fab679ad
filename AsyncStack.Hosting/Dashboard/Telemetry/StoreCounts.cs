namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>What a store holds and has lost.</summary>
/// <param name="Kept">Items.</param>
/// <param name="Bytes">Their estimated size.</param>
/// <param name="Dropped">Items that went to keep the limits, and those that were refused, since the start.</param>
internal readonly record struct StoreCounts(long Kept, long Bytes, long Dropped);

/// <summary>What became of a batch.</summary>
/// <param name="Count">Items refused.</param>
/// <param name="Reason">Why the first one was; null when all were taken.</param>
internal readonly record struct Refused(int Count, string? Reason)
{
    public Refused Add(string reason) => new(Count + 1, Reason ?? reason);
}

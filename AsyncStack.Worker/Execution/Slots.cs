using AsyncStack.Worker.Consuming;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Execution;

/// <summary>The places of jobs that run at once.</summary>
public sealed class Slots(IOptions<WorkerOptions> options, JobConsumers consumers)
{
    private int _free = options.Value.Concurrency;

    /// <summary>Free places; below zero when one message named more jobs than were free.</summary>
    public int Free => Volatile.Read(ref _free);

    public void Take(int count) => Interlocked.Add(ref _free, -count);

    /// <summary>Frees places and wakes who waits for one.</summary>
    public void Release(int count)
    {
        Interlocked.Add(ref _free, count);
        consumers.Waiting.Signal.Set();
    }
}

namespace AsyncStack.Worker.Consuming;

/// <summary>Deliveries that wait in this process, by rank: high before default before low, each in order of arrival.</summary>
public sealed class Backlog(Signal signal)
{
    private readonly Queue<JobDelivery>[] _byRank = [new(), new(), new()];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>Set when a delivery comes in, and after a take that left some.</summary>
    public Signal Signal => signal;

    /// <summary>How many deliveries wait.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Add(JobDelivery delivery)
    {
        lock (_lock)
        {
            _byRank[delivery.Rank].Enqueue(delivery);
            _count++;
        }

        signal.Set();
    }

    /// <summary>Takes deliveries of up to <paramref name="maxJobs"/> jobs together; a single one may have more.</summary>
    public List<JobDelivery> Take(int maxJobs)
    {
        var taken = new List<JobDelivery>();
        lock (_lock)
        {
            foreach (var queue in _byRank)
            {
                while (queue.TryPeek(out var next) && (taken.Count == 0 || next.Ids.Length <= maxJobs))
                {
                    taken.Add(queue.Dequeue());
                    maxJobs -= next.Ids.Length;
                }
            }

            _count -= taken.Count;
            if (_count > 0 && taken.Count > 0)
            {
                signal.Set();
            }
        }

        return taken;
    }

    /// <summary>Takes everything.</summary>
    public List<JobDelivery> Drain() => Take(int.MaxValue);
}

namespace AsyncStack.Worker.Consuming;

/// <summary>Deliveries that wait in this process, by rank: high before default before low, each in order of arrival.</summary>
public sealed class Backlog(Signal signal)
{
    private readonly Queue<JobDelivery>[] _byRank = [new(), new(), new()];
    private readonly bool[] _closed = new bool[3];
    private readonly Lock _lock = new();
    private int _count;

    /// <summary>Set when a delivery comes in, and after a take that left some.</summary>
    public Signal Signal => signal;

    /// <summary>How many deliveries wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds a delivery; a message of a rank that is closed is refused, what comes from within never is.</summary>
    /// <returns>False when it was refused.</returns>
    public bool TryAdd(JobDelivery delivery)
    {
        lock (_lock)
        {
            if (_closed[delivery.Rank] && delivery.Message is not null)
            {
                return false;
            }

            _byRank[delivery.Rank].Enqueue(delivery);
            _count++;
        }

        signal.Set();
        return true;
    }

    /// <summary>Takes no more messages of a rank until <see cref="Open"/>.</summary>
    /// <returns>Those that waited.</returns>
    public List<JobDelivery> Close(int rank)
    {
        lock (_lock)
        {
            _closed[rank] = true;
            var waiting = _byRank[rank].ToLookup(d => d.Message is null);
            var given = waiting[false].ToList();
            _byRank[rank] = new Queue<JobDelivery>(waiting[true]);
            _count -= given.Count;
            return given;
        }
    }

    public void Open(int rank)
    {
        lock (_lock)
        {
            _closed[rank] = false;
        }
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

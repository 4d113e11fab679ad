using System.Diagnostics.CodeAnalysis;

namespace AsyncStack.Notifier.Delivery;

/// <summary>
/// The deliveries in memory, one lane a target, served in turn. A lane may send <c>perTarget</c> at once; each request that
/// gets no answer halves that, down to one, and each answer doubles it again, so that silent targets leave the slots to others.
/// </summary>
internal sealed class TargetLanes(NotifierOptions options)
{
    // Lanes with nothing in them are kept only for what they know of a silent target, and not many of them.
    private const int MaxIdleLanes = 4096;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<Lane> _turn = new();
    private int _held;
    private long _heldBytes;
    private int _running;

    private int HalfFull => options.CapacityPerTarget / 2;

    /// <summary>Deliveries in memory: waiting and being sent.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Deliveries being sent.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Makes room for a delivery; false when it must wait in Postgres.</summary>
    public bool TryReserve(string target, int bytes)
    {
        lock (_gate)
        {
            var lane = _lanes.GetValueOrDefault(target);
            if (_held >= options.Capacity || lane?.Held >= options.CapacityPerTarget || (_heldBytes > 0 && _heldBytes + bytes > options.CapacityBytes))
            {
                lane?.Overflowed = true;
                return false;
            }

            lane ??= AddLane(target);
            lane.Held++;
            _held++;
            _heldBytes += bytes;
            return true;
        }
    }

    /// <summary>Gives room back that was not needed.</summary>
    public void Release(string target, int bytes)
    {
        lock (_gate)
        {
            Leave(_lanes[target], bytes);
        }
    }

    /// <summary>Adds a delivery that room was made for.</summary>
    public void Enqueue(PendingDelivery delivery)
    {
        lock (_gate)
        {
            var lane = _lanes[delivery.Target];
            lane.Waiting.Enqueue(delivery);
            TakeTurn(lane);
        }
    }

    /// <summary>The next delivery to send, if a slot is free for it.</summary>
    public bool TryTake([NotNullWhen(true)] out PendingDelivery? delivery)
    {
        lock (_gate)
        {
            delivery = null;
            if (_running >= options.Concurrency || !_turn.TryDequeue(out var lane))
            {
                return false;
            }

            lane.InTurn = false;
            lane.Running++;
            _running++;
            delivery = lane.Waiting.Dequeue();
            TakeTurn(lane);
            return true;
        }
    }

    /// <summary>Adapts how many requests a target gets at once to how it took the last one.</summary>
    /// <param name="target">The target, with a delivery that is not finished yet.</param>
    /// <param name="answeredIn">How long it took; null when it did not answer.</param>
    public void Judge(string target, TimeSpan? answeredIn)
    {
        lock (_gate)
        {
            var lane = _lanes[target];
            lane.IsQuick = answeredIn < Quick;
            lane.Limit = answeredIn is null ? Math.Max(1, lane.Limit / 2) : Math.Min(options.ConcurrencyPerTarget, lane.Limit * 2);
        }
    }

    /// <summary>Frees the slot of a delivery that was sent; it stays in memory until it is finished.</summary>
    public void FreeSlot(string target)
    {
        lock (_gate)
        {
            var lane = _lanes[target];
            lane.Running--;
            _running--;
            TakeTurn(lane);
        }
    }

    /// <summary>Lets go of a delivery whose slot is free.</summary>
    /// <returns>True when deliveries that had to wait in Postgres have room now.</returns>
    public bool Finish(PendingDelivery delivery)
    {
        lock (_gate)
        {
            return Leave(_lanes[delivery.Target], delivery.Body.Length);
        }
    }

    /// <summary>Targets whose lane is too full to take more from Postgres.</summary>
    public string[] FullTargets()
    {
        lock (_gate)
        {
            var full = FullLanes();
            full.ForEach(l => l.Overflowed = true);
            return [.. full.Select(l => l.Target)];
        }
    }

    /// <summary>True when a target that answers quickly is nearly full: what comes next is better left to the broker a moment.</summary>
    public bool IsCrowded()
    {
        lock (_gate)
        {
            var crowded = FullLanes().FindAll(l => l.IsQuick);
            crowded.ForEach(l => l.Overflowed = true);
            return crowded.Count > 0;
        }
    }

    private List<Lane> FullLanes() =>
        _held <= HalfFull ? [] : [.. _lanes.Values.Where(l => l.Held > HalfFull)];

    private Lane AddLane(string target)
    {
        var lane = new Lane(target, options.ConcurrencyPerTarget);
        _lanes.Add(target, lane);
        return lane;
    }

    private void TakeTurn(Lane lane)
    {
        if (!lane.InTurn && lane.Waiting.Count > 0 && lane.Running < lane.Limit)
        {
            lane.InTurn = true;
            _turn.Enqueue(lane);
        }
    }

    private bool Leave(Lane lane, int bytes)
    {
        lane.Held--;
        _held--;
        _heldBytes -= bytes;
        var hasRoom = lane.Overflowed && lane.Held <= HalfFull;
        lane.Overflowed &= !hasRoom;
        if (lane.Held == 0 && (lane.Limit == options.ConcurrencyPerTarget || _lanes.Count > MaxIdleLanes))
        {
            _lanes.Remove(lane.Target);
        }

        return hasRoom;
    }

    private sealed class Lane(string target, int limit)
    {
        public string Target { get; } = target;

        public Queue<PendingDelivery> Waiting { get; } = new();

        public int Held { get; set; }

        public int Running { get; set; }

        public int Limit { get; set; } = limit;

        public bool InTurn { get; set; }

        public bool IsQuick { get; set; }

        public bool Overflowed { get; set; }
    }
}

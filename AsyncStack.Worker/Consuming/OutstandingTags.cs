namespace AsyncStack.Worker.Consuming;

/// <summary>The deliveries of one channel that are not settled, so that as many as possible are acknowledged with one frame.</summary>
public sealed class OutstandingTags
{
    private readonly Queue<ulong> _order = new();
    private readonly HashSet<ulong> _settled = [];
    private readonly Lock _lock = new();

    public void Add(ulong tag)
    {
        lock (_lock)
        {
            _order.Enqueue(tag);
        }
    }

    /// <summary>Settles the tags.</summary>
    /// <returns>The tag up to which everything may be acknowledged at once (0: none), and those to acknowledge one by one.</returns>
    public (ulong UpTo, ulong[] Single) Settle(IReadOnlyCollection<ulong> tags)
    {
        lock (_lock)
        {
            _settled.UnionWith(tags);
            var front = 0ul;
            while (_order.TryPeek(out var tag) && _settled.Remove(tag))
            {
                front = _order.Dequeue();
            }

            // The broker knows only tags that are still open, so the frame must name one of ours.
            var upTo = tags.Where(t => t <= front).DefaultIfEmpty().Max();
            return (upTo, [.. tags.Where(t => t > front)]);
        }
    }
}

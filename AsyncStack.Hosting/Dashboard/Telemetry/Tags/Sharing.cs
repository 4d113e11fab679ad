namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>
/// Lets equal things be one object without keeping any alive that nobody else needs: one slot a hash, the latest taking it.
/// A lost race between two threads costs a copy and nothing else.
/// </summary>
internal sealed class Sharing<T>(int slots, IEqualityComparer<T> comparer)
    where T : class
{
    private readonly T?[] _slots = new T?[slots];

    /// <summary>The same as the item, maybe an object from before; tells whether it is.</summary>
    public T Share(T item, out bool known)
    {
        ref var slot = ref _slots[(uint)comparer.GetHashCode(item) % (uint)_slots.Length];
        if (slot is { } held && comparer.Equals(held, item))
        {
            known = true;
            return held;
        }

        known = false;
        return slot = item;
    }
}

using System.Numerics;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>A queue that can be read at any place: a ring that grows by doubling and gives memory back when it has emptied.</summary>
internal sealed class Deque<T>
{
    private const int Least = 4;

    private T[] _items = [];
    private int _first;

    public int Count { get; private set; }

    public int Capacity => _items.Length;

    public ref T this[int index] => ref _items[(_first + index) & (_items.Length - 1)];

    public void Add(T item)
    {
        if (Count == _items.Length)
            Resize(Math.Max(Least, Count * 2));
        Count++;
        this[Count - 1] = item;
    }

    public T RemoveFirst()
    {
        ref var slot = ref _items[_first];
        var item = slot;
        slot = default!;
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    /// <summary>Keeps the last <paramref name="count"/> items.</summary>
    public void KeepLast(int count)
    {
        while (Count > count)
            RemoveFirst();
        var wanted = Math.Max(Least, (int)BitOperations.RoundUpToPowerOf2((uint)count));
        if (_items.Length > wanted * 2)
            Resize(wanted);
    }

    /// <summary>Takes out every other one of the first <paramref name="count"/> items, the very first stays.</summary>
    public int Thin(int count)
    {
        var kept = new List<T>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (i >= count || i % 2 == 0)
                kept.Add(this[i]);
        }

        var removed = Count - kept.Count;
        Array.Clear(_items);
        (_first, Count) = (0, kept.Count);
        kept.CopyTo(_items);
        return removed;
    }

    private void Resize(int capacity)
    {
        var items = new T[capacity];
        for (var i = 0; i < Count; i++)
            items[i] = this[i];
        (_items, _first) = (items, 0);
    }
}

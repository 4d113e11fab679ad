using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>A value of a column by its key, how often it occurs, and in which row first.</summary>
internal readonly record struct CommonValue(UInt128 Key, long Count, long FirstRow);

/// <summary>How many different values there are, and the most frequent, those that came first before others as frequent.</summary>
internal sealed record ValueCounts(long Distinct, IReadOnlyList<CommonValue> Top);

/// <summary>
/// Counts equal keys exactly. The first different ones, up to a limit, are counted at once; occurrences of all others go to
/// 256 partitions, spilled when the budget is used up, and are counted a partition at a time. For one thread.
/// </summary>
internal sealed class ValueTally : IDisposable
{
    /// <summary>What a dictionary takes for a key, about.</summary>
    public const int EntryBytes = 96;

    private const int FewEntries = 256;
    private const int Partitions = 256;
    private const int ChunkLength = 128;
    private readonly MemoryBudget _budget;
    private readonly long _taken;
    private readonly int _limit;
    private readonly Dictionary<UInt128, Tally> _known = [];
    private Rest? _rest;

    /// <param name="budget">Shared by the job.</param>
    /// <param name="limit">Different values that are counted at once, if the budget allows it.</param>
    public ValueTally(MemoryBudget budget, int limit)
    {
        _budget = budget;
        _taken = budget.TryTake((long)limit * EntryBytes) ? (long)limit * EntryBytes : 0;
        _limit = _taken > 0 ? limit : FewEntries;
    }

    private record struct Tally(long Count, long FirstRow);

    private readonly record struct Occurrence(UInt128 Key, long Row);

    public void Add(UInt128 key, long row)
    {
        ref var tally = ref CollectionsMarshal.GetValueRefOrNullRef(_known, key);
        if (!Unsafe.IsNullRef(ref tally))
        {
            tally.Count++;
        }
        else if (_known.Count < _limit)
        {
            _known.Add(key, new Tally(1, row));
        }
        else
        {
            (_rest ??= new Rest(_budget)).Add(new Occurrence(key, row));
        }
    }

    public ValueCounts Count(int top, CancellationToken cancellationToken)
    {
        var best = Best(_known, [], top);
        long distinct = _known.Count;
        var counted = new Dictionary<UInt128, Tally>();
        for (var partition = 0; _rest is not null && partition < Partitions; partition++)
        {
            _rest.Count(partition, counted, cancellationToken);
            best = Best(counted, best, top);
            distinct += counted.Count;
        }

        return new ValueCounts(distinct, best);
    }

    public void Dispose()
    {
        _rest?.Dispose();
        _budget.Return(_taken);
    }

    private static List<CommonValue> Best(Dictionary<UInt128, Tally> counted, List<CommonValue> best, int top)
    {
        var least = best.Count < top ? 0 : best[^1].Count;
        var candidates = counted.Where(p => p.Value.Count >= least).Select(p => new CommonValue(p.Key, p.Value.Count, p.Value.FirstRow));
        return [.. best.Concat(candidates).OrderByDescending(v => v.Count).ThenBy(v => v.FirstRow).Take(top)];
    }

    private sealed class Rest(MemoryBudget budget) : IDisposable
    {
        private readonly ChunkStore _chunks = new(budget);
        private readonly Occurrence[] _open = new Occurrence[Partitions * ChunkLength];
        private readonly int[] _used = new int[Partitions];
        private readonly List<int>[] _places = [.. Enumerable.Range(0, Partitions).Select(_ => new List<int>())];

        // The hash code is seeded at random by the runtime: no data can be made to fall into one partition.
        public void Add(Occurrence occurrence)
        {
            var partition = occurrence.Key.GetHashCode() & (Partitions - 1);
            _open[(partition * ChunkLength) + _used[partition]++] = occurrence;
            if (_used[partition] == ChunkLength)
            {
                _places[partition].Add(_chunks.Append(MemoryMarshal.AsBytes(Open(partition))));
                _used[partition] = 0;
            }
        }

        public void Count(int partition, Dictionary<UInt128, Tally> counted, CancellationToken cancellationToken)
        {
            counted.Clear();
            var buffer = new byte[ChunkLength * Unsafe.SizeOf<Occurrence>()];
            foreach (var place in _places[partition])
            {
                cancellationToken.ThrowIfCancellationRequested();
                Count(MemoryMarshal.Cast<byte, Occurrence>(_chunks.Read(place, buffer)), counted);
            }

            Count(Open(partition), counted);
        }

        public void Dispose() => _chunks.Dispose();

        private static void Count(ReadOnlySpan<Occurrence> occurrences, Dictionary<UInt128, Tally> counted)
        {
            foreach (var (key, row) in occurrences)
            {
                ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(counted, key, out var exists);
                tally = exists ? tally with { Count = tally.Count + 1 } : new Tally(1, row);
            }
        }

        private Span<Occurrence> Open(int partition) => _open.AsSpan(partition * ChunkLength, _used[partition]);
    }
}

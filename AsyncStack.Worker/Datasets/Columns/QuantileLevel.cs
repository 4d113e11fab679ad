namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>A quantile lies between two ranks, <paramref name="Fraction"/> of the way.</summary>
internal readonly record struct WantedRanks(long Lower, long Upper, double Fraction);

/// <summary>
/// Radix selection: each pass counts more bits, first 16 and then 12, of the numbers that share a wanted prefix, until few enough are left to be
/// collected and sorted, all that share one are equal, or all 64 bits are known.
/// </summary>
internal sealed class QuantileLevel(NumberColumn column, double? around, CancellationToken cancellationToken)
{
    private const int FirstBits = 16;
    private const int MoreBits = 12;
    private const int AllBits = 64;
    private readonly Dictionary<long, double> _answers = [];
    private Group[] _groups = [new(0)];
    private int[]?[] _byFirstBits = [];
    private int _knownBits;

    private int NextBits => _knownBits == 0 ? FirstBits : MoreBits;

    private sealed class Group(ulong prefix)
    {
        public ulong Prefix => prefix;

        public long[] Counts { get; private set; } = [];

        public List<(long Rank, long Within)> Ranks { get; } = [];

        public long Size { get; set; }

        /// <summary>The number that all of them are, where that is so.</summary>
        public ulong? Only { get; private set; }

        public void Take(IEnumerable<Counter> counters)
        {
            var all = counters.First();
            foreach (var counter in counters.Skip(1))
            {
                all.Merge(counter);
            }

            (Counts, Only) = (all.Counts, all.Common == all.Any ? all.Any : null);
        }
    }

    /// <summary>What one thread has seen of a group.</summary>
    private sealed class Counter(int bits)
    {
        public long[] Counts { get; } = new long[1 << bits];

        /// <summary>Bits that all keys have.</summary>
        public ulong Common { get; private set; } = ulong.MaxValue;

        /// <summary>Bits that any key has.</summary>
        public ulong Any { get; private set; }

        public void Add(ulong key, int shift)
        {
            Counts[(int)(key >> shift) & (Counts.Length - 1)]++;
            Common &= key;
            Any |= key;
        }

        public void Merge(Counter other)
        {
            for (var i = 0; i < Counts.Length; i++)
            {
                Counts[i] += other.Counts[i];
            }

            Common &= other.Common;
            Any |= other.Any;
        }
    }

    /// <summary>Counts the first bits and says which ranks answer the probabilities; nothing when there is no number.</summary>
    public WantedRanks[] Begin(ReadOnlySpan<double> probabilities)
    {
        CountBits();
        var last = _groups[0].Counts.Sum() - 1;
        var wanted = new WantedRanks[last < 0 ? 0 : probabilities.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            var at = probabilities[i] * last;
            var lower = (long)Math.Floor(at);
            wanted[i] = new WantedRanks(lower, Math.Min(lower + 1, last), at - lower);
        }

        _groups[0].Ranks.AddRange(wanted.SelectMany(w => new[] { w.Lower, w.Upper }).Distinct().Select(r => (r, r)));
        return wanted;
    }

    /// <summary>The number of each wanted rank, holding at most <paramref name="limit"/> numbers at a time.</summary>
    public Dictionary<long, double> Resolve(long limit)
    {
        while (true)
        {
            Descend();
            if (_knownBits == AllBits)
            {
                Array.ForEach(_groups, g => Answer(g, g.Prefix));
                return _answers;
            }

            if (_groups.Sum(g => g.Size) <= limit)
            {
                Collect();
                return _answers;
            }

            CountBits();
        }
    }

    private void CountBits()
    {
        var counted = column.ScanInParallel(() => Array.ConvertAll(_groups, _ => new Counter(NextBits)), Count, cancellationToken);
        for (var i = 0; i < _groups.Length; i++)
        {
            _groups[i].Take(counted.Select(c => c[i]));
        }
    }

    private void Count(ReadOnlySpan<double> block, Counter[] counters)
    {
        var shift = AllBits - _knownBits - NextBits;
        foreach (var value in block)
        {
            var key = Key(value);
            if (!double.IsNaN(value) && Find(key) is var group and >= 0)
            {
                counters[group].Add(key, shift);
            }
        }
    }

    // From groups by prefix to those by a prefix 16 bits longer, of which only the wanted ones are kept.
    private void Descend()
    {
        var next = new Dictionary<ulong, Group>();
        foreach (var group in _groups)
        {
            if (group.Only is { } key)
            {
                Answer(group, key);
                continue;
            }

            foreach (var (rank, within) in group.Ranks)
            {
                var (bucket, before) = (0, 0L);
                while (before + group.Counts[bucket] <= within)
                {
                    before += group.Counts[bucket++];
                }

                var prefix = (group.Prefix << NextBits) | (uint)bucket;
                if (!next.TryGetValue(prefix, out var found))
                {
                    next[prefix] = found = new Group(prefix) { Size = group.Counts[bucket] };
                }

                found.Ranks.Add((rank, within - before));
            }
        }

        (_groups, _knownBits) = ([.. next.Values], _knownBits + NextBits);
        _byFirstBits = new int[1 << FirstBits][];
        foreach (var sharing in Enumerable.Range(0, _groups.Length).GroupBy(i => _groups[i].Prefix >> (_knownBits - FirstBits)))
        {
            _byFirstBits[sharing.Key] = [.. sharing];
        }
    }

    private void Answer(Group group, ulong key) => group.Ranks.ForEach(r => _answers[r.Rank] = OrderedBits.ToDouble(key));

    private void Collect()
    {
        if (_groups.Length == 0)
        {
            return;
        }

        var numbers = Array.ConvertAll(_groups, g => new List<ulong>((int)g.Size));
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                var key = Key(value);
                if (!double.IsNaN(value) && Find(key) is var group and >= 0)
                {
                    numbers[group].Add(key);
                }
            }
        }

        for (var i = 0; i < _groups.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var keys = numbers[i];
            keys.Sort();
            _groups[i].Ranks.ForEach(r => _answers[r.Rank] = OrderedBits.ToDouble(keys[(int)r.Within]));
        }
    }

    // Which group, or -1. The first bits rule out most numbers at once.
    private int Find(ulong key)
    {
        if (_knownBits == 0)
        {
            return 0;
        }

        if (_byFirstBits[key >> (AllBits - FirstBits)] is not { } candidates)
        {
            return -1;
        }

        var prefix = key >> (AllBits - _knownBits);
        foreach (var candidate in candidates)
        {
            if (_groups[candidate].Prefix == prefix)
            {
                return candidate;
            }
        }

        return -1;
    }

    private ulong Key(double value) => OrderedBits.Of(around is { } center ? Math.Abs(value - center) : value);
}

/// <summary>Bits that sort as the numbers do; -0 becomes 0.</summary>
internal static class OrderedBits
{
    public static ulong Of(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return (ulong)(bits ^ ((bits >> 63) | long.MinValue));
    }

    public static double ToDouble(ulong key) =>
        BitConverter.UInt64BitsToDouble(key >> 63 != 0 ? key ^ (1UL << 63) : ~key);
}

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>A quantile lies between two ranks, <paramref name="Fraction"/> of the way.</summary>
internal readonly record struct WantedRanks(long Lower, long Upper, double Fraction);

/// <summary>
/// Radix selection: each pass counts 16 more bits of the numbers that share a wanted prefix, until few enough are left to be
/// collected and sorted, or all 64 bits are known.
/// </summary>
internal sealed class QuantileLevel(NumberColumn column, double? around, CancellationToken cancellationToken)
{
    private const int Buckets = 1 << 16;
    private readonly Dictionary<long, double> _answers = [];
    private List<Group> _groups = [new(0)];
    private int _level;

    private sealed class Group(ulong prefix)
    {
        public ulong Prefix => prefix;

        public long[] Counts { get; } = new long[Buckets];

        public List<(long Rank, long Within)> Ranks { get; } = [];

        public long Size { get; set; }
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
            if (_level == 4)
            {
                _groups.ForEach(g => g.Ranks.ForEach(r => _answers[r.Rank] = OrderedBits.ToDouble(g.Prefix)));
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
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                if (!double.IsNaN(value) && Find(Key(value)) is { } group)
                {
                    group.Counts[(int)(Key(value) >> (48 - (16 * _level))) & (Buckets - 1)]++;
                }
            }
        }
    }

    // From groups by prefix to those by a prefix 16 bits longer, of which only the wanted ones are kept.
    private void Descend()
    {
        var next = new Dictionary<ulong, Group>();
        foreach (var group in _groups)
        {
            foreach (var (rank, within) in group.Ranks)
            {
                var (bucket, before) = (0, 0L);
                while (before + group.Counts[bucket] <= within)
                {
                    before += group.Counts[bucket++];
                }

                var prefix = (group.Prefix << 16) | (uint)bucket;
                if (!next.TryGetValue(prefix, out var found))
                {
                    next[prefix] = found = new Group(prefix) { Size = group.Counts[bucket] };
                }

                found.Ranks.Add((rank, within - before));
            }
        }

        (_groups, _level) = ([.. next.Values], _level + 1);
    }

    private void Collect()
    {
        var numbers = _groups.ToDictionary(g => g, g => new List<ulong>((int)g.Size));
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                if (!double.IsNaN(value) && Find(Key(value)) is { } group)
                {
                    numbers[group].Add(Key(value));
                }
            }
        }

        foreach (var (group, keys) in numbers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            keys.Sort();
            group.Ranks.ForEach(r => _answers[r.Rank] = OrderedBits.ToDouble(keys[(int)r.Within]));
        }
    }

    private Group? Find(ulong key)
    {
        if (_level == 0)
        {
            return _groups[0];
        }

        var prefix = key >> (64 - (16 * _level));
        foreach (var group in _groups)
        {
            if (group.Prefix == prefix)
            {
                return group;
            }
        }

        return null;
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

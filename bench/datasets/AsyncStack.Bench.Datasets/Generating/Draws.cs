namespace AsyncStack.Bench.Datasets.Generating;

/// <summary>SplitMix64, started from a row's number: every row can be made by itself, in any order and on any core.</summary>
internal struct Draws(ulong seed)
{
    private ulong _state = seed * 0xD1342543DE82EF95 + 0x632BE59BD9B4E019;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>At least 0 and less than 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));
}

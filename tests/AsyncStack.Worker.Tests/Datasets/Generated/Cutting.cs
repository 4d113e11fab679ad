using AsyncStack.Worker.Datasets.Reading;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Generated;

/// <summary>How a file is cut while it is read.</summary>
/// <param name="BlockBytes">Of a block of rows.</param>
/// <param name="Parallelism">Blocks that are worked on at once.</param>
/// <param name="AtMost">Bytes that the stream gives at a time.</param>
internal sealed record Cutting(int BlockBytes, int Parallelism, int AtMost)
{
    public static Gen<Cutting> Any { get; } =
        from block in Gen.Choose(1, 300)
        from parallelism in Gen.Choose(1, 3)
        from most in Gen.Choose(1, 40)
        select new Cutting(block, parallelism, most);

    public DatasetReadOptions Options => new() { BlockBytes = BlockBytes, Parallelism = Parallelism };

    /// <summary>Whole, where that fails as well.</summary>
    public IEnumerable<Cutting> Coarser() =>
        new[] { this with { BlockBytes = 1 << 20 }, this with { AtMost = int.MaxValue }, this with { Parallelism = 1 } }.Where(coarser => coarser != this);
}

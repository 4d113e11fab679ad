namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>One pass over the rows, block by block. What it throws stops the pass and comes out of it as it is.</summary>
/// <typeparam name="TPart">What is made of one block.</typeparam>
internal abstract class BlockPass<TPart>
{
    /// <summary>Works on one block, on any thread, beside other blocks. Only row numbers within the block are known here.</summary>
    public abstract TPart Process(RowBlock block);

    /// <summary>
    /// Takes the part of one block: one at a time, in row order, on any thread. The block and all spans of it are valid
    /// until this returns; then its memory is used for another.
    /// </summary>
    /// <param name="part">What <see cref="Process"/> made of the block.</param>
    /// <param name="block">The block.</param>
    /// <param name="firstRow">The number of the block's first row in the file, from 0.</param>
    public abstract void Merge(TPart part, RowBlock block, long firstRow);
}

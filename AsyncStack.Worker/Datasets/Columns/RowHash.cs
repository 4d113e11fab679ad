using System.Runtime.Intrinsics;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>A row's hash on the way; start with <c>default</c> for each row. Cells may be added in any order.</summary>
internal struct RowHashState
{
    internal Vector128<ulong> First;
    internal Vector128<ulong> Second;
}

/// <summary>
/// 128-bit hashes of rows under a random key that each job draws for itself. Safe from several threads. Add each cell of a
/// row at most once, under its column's position; a cell that is missing is <see cref="AddMissing"/>.
/// </summary>
internal sealed class RowHash
{
    private readonly int _columns;

    /// <param name="columns">Cells of a row at the most.</param>
    public RowHash(int columns) => _columns = columns;

    /// <summary>A number: equal numbers are equal (-0 and 0 too), NaN is a missing cell.</summary>
    public void Add(ref RowHashState row, int column, double value) => throw new NotSupportedException($"{_columns}");

    /// <summary>An integer of a column whose every number is one; not to be mixed with doubles in one column.</summary>
    public void Add(ref RowHashState row, int column, long value) => throw new NotSupportedException($"{_columns}");

    public void Add(ref RowHashState row, int column, ReadOnlySpan<byte> text) => throw new NotSupportedException($"{_columns}");

    public void AddMissing(ref RowHashState row, int column) => throw new NotSupportedException($"{_columns}");

    /// <summary>The same for a column of a block: <paramref name="values"/>[i] is the cell of <paramref name="rows"/>[i].</summary>
    public void Add(Span<RowHashState> rows, int column, ReadOnlySpan<double> values) => throw new NotSupportedException($"{_columns}");

    public UInt128 Finish(in RowHashState row) => throw new NotSupportedException($"{_columns}");

    /// <summary>The hash of one text by itself.</summary>
    public UInt128 OfText(ReadOnlySpan<byte> text) => throw new NotSupportedException($"{_columns}");
}

using System.Buffers;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>A run of whole rows and where their cells end. Used by one thread at a time.</summary>
internal sealed class RowBlock : IDisposable
{
    /// <summary>Zeros after the text, so that vectors may read past its end.</summary>
    internal const int Padding = 128;

    private byte[]? _unescaped;
    private int _unescapedLength;
    private Dictionary<int, (int Start, int Length)>? _unescapedCells;

    public int RowCount { get; internal set; }

    public int ColumnCount { get; internal set; }

    internal byte[] Buffer { get; private set; } = [];

    internal int Length { get; set; }

    /// <summary>The block ends within a row that is longer than allowed.</summary>
    internal bool Cut { get; set; }

    internal bool HasQuotes { get; set; }

    internal int[] Starts { get; set; } = new int[256];

    internal int[] Ends { get; set; } = new int[4096];

    internal BlockFault? Fault { get; set; }

    internal ReadOnlySpan<byte> Text => Buffer.AsSpan(0, Length);

    /// <summary>The value, without quotes. Empty for a missing value.</summary>
    public ReadOnlySpan<byte> Cell(int row, int column)
    {
        var raw = RawCell(row, column);
        return HasQuotes && raw.Length > 1 && raw[0] == '"' ? Unquote(raw[1..^1], (row * ColumnCount) + column) : raw;
    }

    /// <summary>The bytes as in the file, with quotes; for JSON the value written as CSV.</summary>
    public ReadOnlySpan<byte> RawCell(int row, int column)
    {
        var index = (row * ColumnCount) + column;
        var start = column == 0 ? Starts[row] : Ends[index - 1] + 1;
        var end = column == ColumnCount - 1 ? EndOfRow(index, start) : Ends[index];
        return Buffer.AsSpan(start, end - start);
    }

    /// <summary>The row's bytes as in the file, without its line end.</summary>
    public ReadOnlySpan<byte> RawRow(int row)
    {
        var start = Starts[row];
        return Buffer.AsSpan(start, EndOfRow((row * ColumnCount) + ColumnCount - 1, start) - start);
    }

    /// <summary>Where <see cref="RawCell"/> begins within <see cref="RawRow"/>.</summary>
    public int OffsetInRow(int row, int column) => column == 0 ? 0 : Ends[(row * ColumnCount) + column - 1] + 1 - Starts[row];

    /// <summary>Whether pandas would take the cell as missing.</summary>
    public bool IsMissing(int row, int column) => CellParser.IsMissing(Cell(row, column));

    /// <summary>
    /// Reads a column as numbers, NaN where a value is missing. Answers the first row that is neither, or <see cref="RowCount"/>.
    /// </summary>
    public int ReadNumbers(int column, Span<double> values)
    {
        for (var row = 0; row < RowCount; row++)
        {
            if (!HasQuotes && CellParser.TryParseShort(RawCell(row, column), out values[row]))
                continue;
            var cell = Cell(row, column);
            if (CellParser.TryParseDouble(cell, out values[row]))
                continue;
            if (!CellParser.IsMissing(cell))
                return row;
            values[row] = double.NaN;
        }

        return RowCount;
    }

    public void Dispose()
    {
        if (Buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(Buffer);
        if (_unescaped is not null)
            ArrayPool<byte>.Shared.Return(_unescaped);
        (Buffer, _unescaped) = ([], null);
    }

    internal void Clear(bool keepText = false)
    {
        (RowCount, Length, Cut, HasQuotes, Fault, _unescapedLength) = (0, keepText ? Length : 0, false, false, null, 0);
        _unescapedCells?.Clear();
    }

    /// <summary>Makes room for so many bytes and the padding, keeping the first <paramref name="keep"/>.</summary>
    internal void Reserve(int bytes, int keep)
    {
        if (Buffer.Length >= bytes + Padding)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(bytes + Padding);
        Buffer.AsSpan(0, keep).CopyTo(larger);
        if (Buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = larger;
    }

    private int EndOfRow(int index, int start)
    {
        var end = Ends[index];
        return end > start && Buffer[end] == '\n' && Buffer[end - 1] == '\r' ? end - 1 : end;
    }

    private ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> inner, int index)
    {
        var quote = inner.IndexOf((byte)'"');
        if (quote < 0)
            return inner;
        _unescapedCells ??= [];
        if (_unescapedCells.TryGetValue(index, out var known))
            return _unescaped.AsSpan(known.Start, known.Length);
        if (_unescaped is null || _unescaped.Length < Length)
        {
            if (_unescaped is not null)
                ArrayPool<byte>.Shared.Return(_unescaped);
            _unescaped = ArrayPool<byte>.Shared.Rent(Length);
        }

        var start = _unescapedLength;
        for (; quote >= 0; quote = inner.IndexOf((byte)'"'))
        {
            Append(inner[..(quote + 1)]);
            inner = inner[(quote + 2)..];
        }

        Append(inner);
        _unescapedCells[index] = (start, _unescapedLength - start);
        return _unescaped.AsSpan(start, _unescapedLength - start);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_unescaped.AsSpan(_unescapedLength));
        _unescapedLength += bytes.Length;
    }
}

/// <summary>What is wrong in a block, and where in its bytes.</summary>
internal sealed record BlockFault(int Offset, long? Column, string Message);

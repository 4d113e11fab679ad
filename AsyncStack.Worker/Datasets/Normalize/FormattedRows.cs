using System.Buffers;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>The rows of a block as they are written, one after the other. Disposing gives its memory back to the pool.</summary>
internal sealed class FormattedRows(int rows, int bytes) : IDisposable
{
    private readonly int[] _ends = ArrayPool<int>.Shared.Rent(rows + 1);
    private readonly int[] _filled = ArrayPool<int>.Shared.Rent(rows + 1);
    private byte[] _text = ArrayPool<byte>.Shared.Rent(bytes);
    private int _length;
    private int _rows;
    private int _filledCells;

    public void Write(ReadOnlySpan<byte> text) => text.CopyTo(Take(text.Length));

    public void Write(double number)
    {
        Span<byte> text = stackalloc byte[NumberText.MaxLength];
        Write(text[..NumberText.Write(number, text)]);
    }

    public void CountFilled() => _filledCells++;

    /// <summary>Whether nothing was written since the last row ended.</summary>
    public bool RowIsEmpty => _length == (_rows == 0 ? 0 : _ends[_rows - 1]);

    public void EndRow(ReadOnlySpan<byte> newLine)
    {
        Write(newLine);
        (_ends[_rows], _filled[_rows]) = (_length, _filledCells);
        _rows++;
    }

    /// <summary>The text of so many rows.</summary>
    public ReadOnlySpan<byte> Text(int first, int count)
    {
        var start = first == 0 ? 0 : _ends[first - 1];
        return _text.AsSpan(start, count == 0 ? 0 : _ends[first + count - 1] - start);
    }

    /// <summary>Filled cells in so many rows.</summary>
    public int Filled(int first, int count) => count == 0 ? 0 : _filled[first + count - 1] - (first == 0 ? 0 : _filled[first - 1]);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ends);
        ArrayPool<int>.Shared.Return(_filled);
        ArrayPool<byte>.Shared.Return(_text);
    }

    private Span<byte> Take(int length)
    {
        if (_text.Length - _length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_text.Length * 2, _length + length));
            _text.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_text);
            _text = larger;
        }

        _length += length;
        return _text.AsSpan(_length - length, length);
    }
}

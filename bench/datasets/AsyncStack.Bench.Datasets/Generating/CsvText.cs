using System.Buffers.Text;

namespace AsyncStack.Bench.Datasets.Generating;

/// <summary>Numbers as the housing table writes them: fixed decimals without trailing zeros, whole ones as <c>41.0</c>.</summary>
internal ref struct CsvText(Span<byte> target)
{
    private readonly Span<byte> _target = target;
    private int _length;

    public void Whole(double value)
    {
        Digits((long)value);
        ".0,"u8.CopyTo(_target[_length..]);
        _length += 3;
    }

    public void Fixed(double value, int decimals)
    {
        var scale = decimals == 2 ? 100 : 10_000;
        var scaled = (long)Math.Round(value * scale);
        if (scaled < 0)
            _target[_length++] = (byte)'-';
        scaled = Math.Abs(scaled);
        Digits(scaled / scale);
        _target[_length++] = (byte)'.';
        var rest = scaled % scale;
        do
        {
            scale /= 10;
            _target[_length++] = (byte)('0' + (rest / scale));
            rest %= scale;
        }
        while (rest > 0);
        _target[_length++] = (byte)',';
    }

    public void Missing() => _target[_length++] = (byte)',';

    /// <summary>Ends the row instead of another cell, and says how long it is.</summary>
    public readonly int EndRow()
    {
        _target[_length - 1] = (byte)'\n';
        return _length;
    }

    private void Digits(long value)
    {
        Utf8Formatter.TryFormat(value, _target[_length..], out var written);
        _length += written;
    }
}

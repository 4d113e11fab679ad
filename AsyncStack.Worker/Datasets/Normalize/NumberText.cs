namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>Numbers as pandas' <c>to_csv</c> writes them: Python's shortest text that reads back the same, <c>1e-05</c>, <c>100.0</c>, <c>inf</c>.</summary>
internal static class NumberText
{
    /// <summary>The longest text, in bytes.</summary>
    public const int MaxLength = 32;

    // Python leaves fixed notation where the value is below 1e-4 or from 1e16.
    private const int LowestFixedPoint = -3;
    private const int HighestFixedPoint = 16;

    /// <summary>The number as text; empty for NaN.</summary>
    public static string Write(double value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(text[..Write(value, text)]);
    }

    /// <summary>Writes the number; returns its length, 0 for NaN, which is a missing cell.</summary>
    public static int Write(double value, Span<byte> target)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        var length = 0;
        if (double.IsNegative(value))
        {
            target[length++] = (byte)'-';
            value = -value;
        }

        if (double.IsInfinity(value))
        {
            return length + Put("inf"u8, target[length..]);
        }

        Span<byte> digits = stackalloc byte[MaxLength];
        var (count, point) = Digits(value, digits);
        digits = digits[..count];
        return length + (point is >= LowestFixedPoint and <= HighestFixedPoint
            ? WriteFixed(digits, point, target[length..])
            : WriteExponent(digits, point - 1, target[length..]));
    }

    /// <summary>The shortest digits without zeros at either end; the value is 0.digits × 10^point. One zero for zero.</summary>
    private static (int Count, int Point) Digits(double value, Span<byte> digits)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        value.TryFormat(text, out var length, "R", provider: null);
        text = text[..length];
        var exponentAt = text.IndexOf((byte)'E');
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var dot = mantissa.IndexOf((byte)'.');
        var point = (dot < 0 ? mantissa.Length : dot) + (exponentAt < 0 ? 0 : int.Parse(text[(exponentAt + 1)..]));
        var count = 0;
        foreach (var symbol in mantissa)
        {
            if (symbol != '.' && (count > 0 || symbol != '0'))
            {
                digits[count++] = symbol;
            }
            else if (symbol == '0')
            {
                point--;
            }
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        if (count == 0)
        {
            digits[0] = (byte)'0';
            return (1, 1);
        }

        return (count, point);
    }

    private static int WriteFixed(ReadOnlySpan<byte> digits, int point, Span<byte> target)
    {
        var length = 0;
        if (point <= 0)
        {
            length += Put("0."u8, target);
            length += Zeros(-point, target[length..]);
            return length + Put(digits, target[length..]);
        }

        var whole = Math.Min(point, digits.Length);
        length += Put(digits[..whole], target);
        length += Zeros(point - whole, target[length..]);
        target[length++] = (byte)'.';
        return length + Put(whole == digits.Length ? "0"u8 : digits[whole..], target[length..]);
    }

    private static int WriteExponent(ReadOnlySpan<byte> digits, int exponent, Span<byte> target)
    {
        var length = Put(digits[..1], target);
        if (digits.Length > 1)
        {
            target[length++] = (byte)'.';
            length += Put(digits[1..], target[length..]);
        }

        target[length++] = (byte)'e';
        target[length++] = (byte)(exponent < 0 ? '-' : '+');
        Math.Abs(exponent).TryFormat(target[length..], out var written, "00", provider: null);
        return length + written;
    }

    private static int Zeros(int count, Span<byte> target)
    {
        target[..count].Fill((byte)'0');
        return count;
    }

    private static int Put(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }
}

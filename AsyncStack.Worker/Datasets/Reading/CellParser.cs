using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Reads cells by the rules of pandas' <c>read_csv</c> with its defaults; numbers are bit-equal to <c>double.Parse</c>.</summary>
internal static class CellParser
{
    private const ulong MaxExactMantissa = 1UL << 53;
    private const int MaxMantissaDigits = 19;

    // Powers of ten that a double holds exactly.
    private static readonly double[] Tens =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>A decimal number with optional exponent and spaces around it, or <c>inf</c> and <c>infinity</c> in any case. A missing value is none.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> cell, out double value)
    {
        cell = Trim(cell);
        var at = 0;
        var negative = at < cell.Length && cell[at] == '-';
        if (at < cell.Length && cell[at] is (byte)'-' or (byte)'+')
            at++;
        ulong mantissa = 0;
        var first = at;
        while ((uint)at < (uint)cell.Length && (uint)(cell[at] - '0') <= 9)
            mantissa = (mantissa * 10) + (uint)(cell[at++] - '0');
        var digits = at - first;
        var exponent = 0;
        if (at < cell.Length && cell[at] == '.')
        {
            first = ++at;
            while ((uint)at < (uint)cell.Length && (uint)(cell[at] - '0') <= 9)
                mantissa = (mantissa * 10) + (uint)(cell[at++] - '0');
            exponent = first - at;
            digits += at - first;
        }

        if (digits == 0)
            return TryParseInfinity(cell, negative, out value);
        if (at < cell.Length && !TryParseExponent(cell, ref at, ref exponent))
        {
            value = 0;
            return false;
        }

        // Clinger's fast path: both operands are exact, so one rounding gives the nearest double.
        if (digits <= MaxMantissaDigits && mantissa <= MaxExactMantissa && exponent is >= -22 and <= 22)
        {
            value = exponent < 0 ? mantissa / Tens[-exponent] : mantissa * Tens[exponent];
            if (negative)
                value = -value;
            return true;
        }

        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>
    /// The same for the usual short number, a sign and at most eight digits with or without a point among them, eight bytes at a time;
    /// false for everything else, which says nothing. Eight bytes must be readable from the cell's first on, as they are in a block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ReadOnlySpan<byte> cell, out double value)
    {
        value = 0;
        var length = cell.Length;
        ref var first = ref MemoryMarshal.GetReference(cell);
        var negative = length > 0 && first == '-';
        if (negative)
        {
            first = ref Unsafe.Add(ref first, 1);
            length--;
        }

        if (length is 0 or > 8 || !BitConverter.IsLittleEndian)
            return false;
        var text = Unsafe.ReadUnaligned<ulong>(ref first) & (ulong.MaxValue >> (64 - (8 * length)));
        var differences = text ^ 0x2E2E2E2E2E2E2E2E;
        var points = (differences - 0x0101010101010101) & ~differences & 0x8080808080808080;
        var decimals = 0;
        if (points != 0)
        {
            // The point goes, and what is after it moves up.
            var before = ulong.MaxValue >> 1 >> (63 - (BitOperations.TrailingZeroCount(points) & ~7));
            decimals = length - 1 - (BitOperations.TrailingZeroCount(points) / 8);
            text = (text & before) | ((text >> 8) & ~before);
            if (--length == 0)
                return false;
        }

        // Eight digits, zeros first; anything that is none sets a high bit.
        text = (text << (64 - (8 * length))) | (0x3030303030303030UL >> 4 >> ((8 * length) - 4));
        if ((((text + 0x4646464646464646) | (text - 0x3030303030303030)) & 0x8080808080808080) != 0)
            return false;
        text -= 0x3030303030303030;
        text = (text * 10) + (text >> 8);
        text = (((text & 0x000000FF000000FF) * 0x000F424000000064) + (((text >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >> 32;
        value = (uint)text / Tens[decimals];
        if (negative)
            value = -value;
        return true;
    }

    /// <summary>A whole number of 64 bits, with optional sign and spaces around it.</summary>
    public static bool TryParseInt64(ReadOnlySpan<byte> cell, out long value)
    {
        cell = Trim(cell);
        if (cell.Length > 1 && cell[0] == '+' && char.IsAsciiDigit((char)cell[1]))
            cell = cell[1..];
        return Utf8Parser.TryParse(cell, out value, out var used) && used == cell.Length;
    }

    /// <summary><c>True</c>, <c>TRUE</c>, <c>true</c> and the same of false.</summary>
    public static bool TryParseBool(ReadOnlySpan<byte> cell, out bool value)
    {
        value = cell.SequenceEqual("True"u8) || cell.SequenceEqual("true"u8) || cell.SequenceEqual("TRUE"u8);
        return value || cell.SequenceEqual("False"u8) || cell.SequenceEqual("false"u8) || cell.SequenceEqual("FALSE"u8);
    }

    /// <summary>The values that pandas (since 2.0) takes as missing by default, quoted or not: empty, NA, NaN, null, None, …</summary>
    public static bool IsMissing(ReadOnlySpan<byte> cell) => cell.Length switch
    {
        0 => true,

        // None of them ends so, and most values of numbers do.
        _ when cell[^1] is >= (byte)'0' and <= (byte)'9' => false,
        2 => cell.SequenceEqual("NA"u8),
        3 => cell.SequenceEqual("NaN"u8) || cell.SequenceEqual("nan"u8) || cell.SequenceEqual("N/A"u8) || cell.SequenceEqual("n/a"u8) || cell.SequenceEqual("#NA"u8),
        4 => cell.SequenceEqual("null"u8) || cell.SequenceEqual("NULL"u8) || cell.SequenceEqual("None"u8) || cell.SequenceEqual("<NA>"u8)
            || cell.SequenceEqual("#N/A"u8) || cell.SequenceEqual("-NaN"u8) || cell.SequenceEqual("-nan"u8),
        6 => cell.SequenceEqual("1.#IND"u8),
        7 => cell.SequenceEqual("-1.#IND"u8) || cell.SequenceEqual("1.#QNAN"u8),
        8 => cell.SequenceEqual("-1.#QNAN"u8) || cell.SequenceEqual("#N/A N/A"u8),
        _ => false,
    };

    private static bool TryParseExponent(ReadOnlySpan<byte> cell, ref int at, ref int exponent)
    {
        if (cell[at] is not ((byte)'e' or (byte)'E') || ++at == cell.Length)
            return false;
        var negative = cell[at] == '-';
        if (cell[at] is (byte)'-' or (byte)'+')
            at++;
        var first = at;
        var given = 0;
        for (; at < cell.Length && (uint)(cell[at] - '0') <= 9; at++)
            given = Math.Min((given * 10) + (cell[at] - '0'), 100_000);
        exponent += negative ? -given : given;
        return at > first && at == cell.Length;
    }

    private static bool TryParseInfinity(ReadOnlySpan<byte> cell, bool negative, out double value)
    {
        value = negative ? double.NegativeInfinity : double.PositiveInfinity;
        var word = cell.Length > 0 && cell[0] is (byte)'-' or (byte)'+' ? cell[1..] : cell;
        return word.Length is 3 or 8 && (Ascii(word, "inf"u8) || Ascii(word, "infinity"u8));
    }

    private static bool Ascii(ReadOnlySpan<byte> word, ReadOnlySpan<byte> lower) =>
        System.Text.Ascii.EqualsIgnoreCase(word, lower);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> cell) =>
        cell.Length > 0 && (cell[0] <= ' ' || cell[^1] <= ' ') ? cell.Trim(" \t\n\v\f\r"u8) : cell;
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

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
/// <remarks>
/// Two independent multilinear hashes over GF(2^64), a text folded before by the same with a polynomial over its kilobytes
/// (Lemire and Kaser, "Faster 64-bit universal hashing using carry-less multiplications", 2015). Two different rows of numbers
/// meet with probability 2^-128 over the key, rows with texts of up to n KiB with at most about (n + 2)^2 / 2^128.
/// </remarks>
internal sealed class RowHash
{
    private const int StripWords = 127;
    private const ulong Missing = 0x7FF8_0000_0000_0000;
    private readonly Vector128<ulong>[] _columnKeys;
    private readonly Vector128<ulong>[] _textKeys = NewKeys(StripWords + 2);

    /// <param name="columns">Cells of a row at the most.</param>
    public RowHash(int columns) => _columnKeys = NewKeys(columns);

    /// <summary>A number: equal numbers are equal (-0 and 0 too), NaN is a missing cell.</summary>
    public void Add(ref RowHashState row, int column, double value)
    {
        var bits = double.IsNaN(value) ? Missing : BitConverter.DoubleToUInt64Bits(value + 0.0);
        Absorb(ref row, _columnKeys[column], bits, bits);
    }

    /// <summary>An integer of a column whose every number is one; not to be mixed with doubles or missing cells in one column.</summary>
    public void Add(ref RowHashState row, int column, long value) => Absorb(ref row, _columnKeys[column], (ulong)value, (ulong)value);

    public void Add(ref RowHashState row, int column, ReadOnlySpan<byte> text)
    {
        var hash = OfText(text);
        Absorb(ref row, _columnKeys[column], (ulong)(hash >> 64), (ulong)hash);
    }

    public void AddMissing(ref RowHashState row, int column) => Absorb(ref row, _columnKeys[column], Missing, Missing);

    /// <summary>The same for a column of a block: <paramref name="values"/>[i] is the cell of <paramref name="rows"/>[i].</summary>
    public void Add(Span<RowHashState> rows, int column, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Add(ref rows[i], column, values[i]);
        }
    }

    public static UInt128 Finish(in RowHashState row) => new(Reduce(row.First), Reduce(row.Second));

    /// <summary>The hash of one text by itself.</summary>
    public UInt128 OfText(ReadOnlySpan<byte> text)
    {
        var state = default(RowHashState);
        Absorb(ref state, _textKeys[StripWords], (ulong)text.Length, (ulong)text.Length);
        while (text.Length > StripWords * sizeof(ulong))
        {
            AbsorbStrip(ref state, text[..(StripWords * sizeof(ulong))]);
            text = text[(StripWords * sizeof(ulong))..];
            var (first, second) = (Reduce(state.First), Reduce(state.Second));
            state = default;
            Absorb(ref state, _textKeys[StripWords + 1], first, second);
        }

        AbsorbStrip(ref state, text);
        return Finish(state);
    }

    /// <summary>The carry-less product without the processor's instruction.</summary>
    internal static Vector128<ulong> MultiplySlowly(ulong left, ulong right)
    {
        var product = UInt128.Zero;
        for (var bit = 0; bit < 64; bit++)
        {
            product ^= (right >> bit & 1) != 0 ? (UInt128)left << bit : UInt128.Zero;
        }

        return Vector128.Create((ulong)product, (ulong)(product >> 64));
    }

    internal static Vector128<ulong> Multiply(ulong left, ulong right) =>
        Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(left), Vector128.CreateScalar(right), 0)
            : MultiplySlowly(left, right);

    private void AbsorbStrip(ref RowHashState state, ReadOnlySpan<byte> strip)
    {
        var word = 0;
        for (; strip.Length >= sizeof(ulong); strip = strip[sizeof(ulong)..], word++)
        {
            var bits = BinaryPrimitives.ReadUInt64LittleEndian(strip);
            Absorb(ref state, _textKeys[word], bits, bits);
        }

        if (strip.Length > 0)
        {
            var bits = 0UL;
            for (var i = 0; i < strip.Length; i++)
            {
                bits |= (ulong)strip[i] << (8 * i);
            }

            Absorb(ref state, _textKeys[word], bits, bits);
        }
    }

    private static void Absorb(ref RowHashState state, Vector128<ulong> key, ulong first, ulong second)
    {
        state.First ^= Multiply(first, key[0]);
        state.Second ^= Multiply(second, key[1]);
    }

    // Modulo x^64 + x^4 + x^3 + x + 1.
    private static ulong Reduce(Vector128<ulong> product)
    {
        var high = Multiply(product[1], 0x1B);
        return product[0] ^ high[0] ^ Multiply(high[1], 0x1B)[0];
    }

    private static Vector128<ulong>[] NewKeys(int count)
    {
        var keys = new Vector128<ulong>[count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys.AsSpan()));
        return keys;
    }
}

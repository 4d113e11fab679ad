using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>
/// Finds the cells of a block. Regular rows go 64 bytes at a time through bit masks; a row that is not regular (blank,
/// ragged, very long, a quote within unquoted text, the block's last) is read byte by byte, which also says what is wrong with it.
/// </summary>
internal sealed class CsvIndexer(byte delimiter, int columns, DatasetReadOptions options)
{
    private const int Chunk = 64;

    public void Index(RowBlock block)
    {
        block.ColumnCount = columns;
        block.Buffer.AsSpan(block.Length, RowBlock.Padding).Clear();
        block.HasQuotes = block.Text.Contains((byte)'"');
        var hasReturns = block.Text.Contains((byte)'\r');
        var at = 0;
        while (at < block.Length)
        {
            at = ScanRegularRows(block, at, hasReturns);
            if (at < block.Length && (at = ScanRow(block, at, counted: true, out _)) < 0)
                break;
        }

        FindBadBytes(block);
    }

    /// <summary>Reads the row or blank line at <paramref name="at"/>; answers where the next one begins, or -1 with the block's fault set.</summary>
    internal int ScanRow(RowBlock block, int at, bool counted, out int fields)
    {
        var text = block.Text;
        fields = 0;
        if (SkipBlank(text, at) is var after and >= 0)
            return after;
        var start = at;
        var index = block.RowCount * (long)columns;
        while (true)
        {
            var cell = at;
            if (at < text.Length && text[at] == '"' && (at = SkipQuoted(block, at, fields + 1)) < 0)
                return -1;
            var end = at == cell ? text[at..].IndexOfAny(delimiter, (byte)'\n', (byte)'\r') : 0;
            at = end < 0 ? text.Length : at + end;
            fields++;
            if (at - cell > options.MaxCellBytes)
                return Fail(block, cell, fields, $"the cell is longer than {options.MaxCellBytes} bytes (Datasets:{nameof(options.MaxCellBytes)})");
            if (at == text.Length)
                return Fail(block, start, fields, $"the row is longer than {options.MaxRowBytes} bytes (Datasets:{nameof(options.MaxRowBytes)})");
            if (fields <= columns)
                Put(block, (int)index++, at);
            if (text[at] != delimiter)
                break;
            at++;
        }

        if (counted && fields != columns)
            return Fail(block, start, Math.Min(fields, columns) + 1, Ragged(fields));
        if (counted)
            AddRow(block, start);
        return AfterLineEnd(text, at);
    }

    private string Ragged(int fields) =>
        $"the row has {fields} {(fields == 1 ? "field" : "fields")}, the header has {columns}";

    private static int SkipBlank(ReadOnlySpan<byte> text, int at, byte delimiter)
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' && text[at] != delimiter)
            at++;
        return at < text.Length && text[at] is (byte)'\n' or (byte)'\r' ? AfterLineEnd(text, at) : -1;
    }

    private int SkipBlank(ReadOnlySpan<byte> text, int at) => SkipBlank(text, at, delimiter);

    private static int AfterLineEnd(ReadOnlySpan<byte> text, int at) =>
        text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? at + 2 : at + 1;

    private int SkipQuoted(RowBlock block, int open, int field)
    {
        var text = block.Text;
        var at = open + 1;
        while (true)
        {
            var quote = text[at..].IndexOf((byte)'"');
            if (quote < 0)
                return Fail(block, open, field, Unclosed(text.Length - open));
            at += quote + 1;
            if (at == text.Length || text[at] != '"')
                break;
            at++;
        }

        return at == text.Length || text[at] == delimiter || text[at] is (byte)'\n' or (byte)'\r'
            ? at
            : Fail(block, at, field, "there is text after the closing quote; a quote within a quoted cell is written twice");
    }

    private string Unclosed(int length) => length > options.MaxCellBytes
        ? $"the cell is longer than {options.MaxCellBytes} bytes (Datasets:{nameof(options.MaxCellBytes)}); is its closing quote missing?"
        : "the quote that begins here is never closed";

    private static int Fail(RowBlock block, int offset, int field, string message)
    {
        block.Fault = new BlockFault(offset, field, message);
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ScanRegularRows(RowBlock block, int at, bool hasReturns)
    {
        var buffer = block.Buffer;
        var (length, rowStart, maxRow) = (block.Length, at, options.MaxCellBytes);
        var written = block.RowCount * columns;
        var expected = written + columns - 1;
        ulong inside = 0, afterSeparator = 1, afterClose = 0;
        for (; at < length; at += Chunk)
        {
            if (block.Ends.Length < written + Chunk)
                block.Ends = Grown(block.Ends, written + Chunk);
            var ends = block.Ends;
            ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(buffer), at);
            var cells = Mask(ref text, delimiter);
            var lines = Mask(ref text, (byte)'\n');
            ulong returns = 0;
            if (hasReturns)
            {
                // A return before a line feed is part of that line end; alone it is one itself.
                returns = Mask(ref text, (byte)'\r');
                lines |= returns & ~((lines >> 1) | (Unsafe.Add(ref text, Chunk) == '\n' ? 1UL << 63 : 0));
            }

            if (block.HasQuotes)
            {
                // Between an odd quote and an even one is inside. It holds only while each quote opens or closes a cell or is
                // one of a pair, which is what is checked; elsewhere the row is read byte by byte.
                var quotes = Mask(ref text, (byte)'"');
                var separators = cells | lines | returns;
                var within = PrefixXor(quotes) ^ inside;
                var closing = quotes & ~within;
                var wrong = (quotes & within & ~(((separators | closing) << 1) | afterSeparator))
                    | (((closing << 1) | afterClose) & ~(separators | quotes));
                if (wrong != 0)
                    return rowStart;
                inside = (ulong)((long)within >> 63);
                afterSeparator = (separators | closing) >> 63;
                afterClose = closing >> 63;
                cells &= ~within;
                lines &= ~within;
            }

            var all = cells | lines;
            var first = written;
            for (var rest = all; rest != 0; rest &= rest - 1)
                ends[written++] = at + BitOperations.TrailingZeroCount(rest);
            for (; lines != 0; lines &= lines - 1)
            {
                var bit = BitOperations.TrailingZeroCount(lines);
                var ordinal = first + BitOperations.PopCount(all & ((1UL << bit) - 1));
                if (ordinal != expected || at + bit - rowStart > maxRow || (columns == 1 && buffer[rowStart] <= ' '))
                    return rowStart;
                AddRow(block, rowStart);
                rowStart = at + bit + 1;
                expected += columns;
            }
        }

        return rowStart;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mask(ref byte text, byte value)
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512.Equals(Vector512.LoadUnsafe(ref text), Vector512.Create(value)).ExtractMostSignificantBits();
        var wanted = Vector256.Create(value);
        ulong low = Vector256.Equals(Vector256.LoadUnsafe(ref text), wanted).ExtractMostSignificantBits();
        ulong high = Vector256.Equals(Vector256.LoadUnsafe(ref text, 32), wanted).ExtractMostSignificantBits();
        return low | (high << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(RowBlock block, int start)
    {
        var row = block.RowCount;
        if (row == block.Starts.Length)
            block.Starts = Grown(block.Starts, row + 1);
        block.Starts[row] = start;
        block.RowCount = row + 1;
    }

    private static void Put(RowBlock block, int index, int end)
    {
        if (index >= block.Ends.Length)
            block.Ends = Grown(block.Ends, index + 1);
        block.Ends[index] = end;
    }

    private static int[] Grown(int[] array, int length)
    {
        Array.Resize(ref array, Math.Max(length, array.Length * 2));
        return array;
    }

    /// <summary>Sets the fault of a header that ends before <paramref name="end"/> and has bytes that are no text.</summary>
    internal static void CheckBytes(RowBlock head, int end, int fields)
    {
        var text = head.Text[..end];
        var bad = text.IndexOf((byte)0) is var nul and >= 0 ? nul : Utf8.IsValid(text) ? -1 : FirstInvalid(text);
        if (bad >= 0)
            head.Fault = new BlockFault(bad, 1 + head.Ends.AsSpan(0, fields - 1).ToArray().Count(e => e < bad), Describe(text, bad));
    }

    private static string Describe(ReadOnlySpan<byte> text, int bad)
    {
        var place = $" at byte {bad - text[..bad].LastIndexOfAny((byte)'\n', (byte)'\r')} of the line";
        return text[bad] == 0
            ? "a NUL character" + place + "; is this a binary file, or text in UTF-16?"
            : $"the byte 0x{text[bad]:X2}{place} is not valid UTF-8; save the file as UTF-8";
    }

    // The fault that comes first in the file is told; a bad byte before the row of another fault, or within it, wins.
    private void FindBadBytes(RowBlock block)
    {
        var text = block.Text;
        var nul = text.IndexOf((byte)0);
        var invalid = Utf8.IsValid(text) ? -1 : FirstInvalid(text);
        if (nul < 0 && invalid < 0)
            return;
        var bad = nul < 0 ? invalid : invalid < 0 ? nul : Math.Min(nul, invalid);
        if (block.Fault is { } known && known.Offset < bad && text[known.Offset..bad].IndexOfAny((byte)'\n', (byte)'\r') >= 0)
            return;
        var row = block.Starts.AsSpan(0, block.RowCount).BinarySearch(bad);
        row = row >= 0 ? row : Math.Max(~row - 1, 0);
        var field = 1;
        for (var column = 0; row < block.RowCount && column < columns - 1 && block.Ends[(row * columns) + column] < bad; column++)
            field++;
        if (row < block.RowCount && bad > block.Ends[(row * columns) + columns - 1])
            (row, field) = (block.RowCount, 1);
        block.Fault = new BlockFault(bad, field, Describe(text, bad));
        block.RowCount = Math.Min(row, block.RowCount);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length && System.Text.Rune.DecodeFromUtf8(text[at..], out _, out var used) == System.Buffers.OperationStatus.Done)
            at += used;
        return at;
    }
}

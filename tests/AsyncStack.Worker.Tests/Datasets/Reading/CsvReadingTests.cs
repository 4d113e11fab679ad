using System.Globalization;
using System.Text;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Tests.Datasets.Generated;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Reading;

public sealed class CsvReadingTests
{
    private static readonly byte[] Alphabet = [.. "ab1,,;\"\"\n\n\r\t \0"u8, 0xC3];

    [Fact]
    public void Any_table_in_any_dialect_reads_back_the_same_however_it_is_split() => Claim.Holds(
        from table in Tables.UpTo(rows: 40, columns: 6)
        from style in CsvStyle.Any
        from cutting in Cutting.Any
        select (Table: table, Style: style, Cutting: cutting),
        given =>
        [
            .. Tables.Smaller(given.Table).Select(smaller => given with { Table = smaller }),
            .. given.Style.Plainer().Select(plainer => given with { Style = plainer }),
            .. given.Cutting.Coarser().Select(coarser => given with { Cutting = coarser }),
        ],
        times: 600,
        async given => Assert.Equal(
            given.Table, await MemoryDataset.ReadAsync(given.Style.Write(given.Table), given.Cutting.Options, given.Cutting.AtMost)));

    [Fact]
    public void Cut_at_any_byte_by_the_stream_and_by_a_block_the_rows_are_the_same() => Claim.Holds(
        from table in Tables.UpTo(rows: 4, columns: 3)
        from style in CsvStyle.Any
        select (Table: table, Style: style),
        given =>
        [
            .. Tables.Smaller(given.Table).Select(smaller => given with { Table = smaller }),
            .. given.Style.Plainer().Select(plainer => given with { Style = plainer }),
        ],
        times: 40,
        async given =>
        {
            var bytes = given.Style.Write(given.Table);
            for (var cut = 1; cut <= bytes.Length; cut++)
            {
                Assert.Equal(given.Table, await MemoryDataset.ReadAsync(bytes, first: cut));
                Assert.Equal(given.Table, await MemoryDataset.ReadAsync(bytes, new DatasetReadOptions { BlockBytes = cut, Parallelism = 2 }));
            }
        });

    [Fact]
    public void Random_bytes_never_fail_but_as_a_format_fault() => Claim.Holds(
        from length in Gen.Choose(0, 400)
        // Two in three files have no byte that no text has.
        from least in Gen.Choose(0, 2)
        from bytes in Gen.Choose(0, Alphabet.Length - 1 - least).Select(at => Alphabet[at]).ArrayOf(length)
        from cutting in Cutting.Any
        select (Bytes: bytes, Cutting: cutting),
        given => Enumerable.Range(0, given.Bytes.Length).Select(at => given with { Bytes = [.. given.Bytes[..at], .. given.Bytes[(at + 1)..]] }),
        times: 400,
        async given =>
        {
            var failure = await Record.ExceptionAsync(() => MemoryDataset.ReadAsync(given.Bytes, given.Cutting.Options, given.Cutting.AtMost));

            Assert.True(failure is null or DatasetFormatException, failure?.ToString());
        });

    [Fact]
    public void A_short_number_is_the_same_number_whatever_stands_behind_it_and_nothing_else_is_one()
    {
        var random = new Random(5);
        var (alphabet, numbers) = ("01234567899999.-+ex ,\n\0"u8.ToArray(), 0);
        for (var round = 0; round < 300_000; round++)
        {
            var text = Enumerable.Range(0, 24).Select(_ => alphabet[random.Next(random.Next(2) == 0 ? 15 : alphabet.Length)]).ToArray();
            var cell = text.AsSpan(0, random.Next(12));
            if (CellParser.TryParseShort(cell, out var value))
            {
                numbers++;
                Assert.True(CellParser.TryParseDouble(cell, out var expected));
                Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
            }
            else
            {
                Assert.False(cell.Length is > 0 and <= 8 && cell.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0);
            }
        }

        Assert.InRange(numbers, 20_000, 300_000);
    }

    [Fact]
    public void Numbers_are_bit_equal_to_the_framework()
    {
        var random = new Random(1);
        for (var i = 0; i < 200_000; i++)
        {
            var text = (i % 4) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)).ToString("R", CultureInfo.InvariantCulture),
                1 => (random.NextDouble() * 1000).ToString("F4", CultureInfo.InvariantCulture),
                2 => $"{random.Next(-999, 999)}.{random.NextInt64()}e{random.Next(-330, 310)}",
                _ => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            };
            if (text is "NaN" or "Infinity" or "-Infinity")
                continue;

            Assert.True(CellParser.TryParseDouble(Encoding.ASCII.GetBytes(text), out var value), text);
            Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(value));
        }
    }

    [Theory]
    [InlineData("", "1e", ".", "-", "abc", "1 2", "0x10", "1_0", "NaN", "in", "infin", "--1", "1.2.3")]
    public void What_is_no_number_is_not_read_as_one(params string[] texts) =>
        Assert.All(texts, t => Assert.False(CellParser.TryParseDouble(Encoding.ASCII.GetBytes(t), out _), t));

    [Fact]
    public void Missing_values_are_those_of_pandas()
    {
        string[] missing = ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"];

        Assert.All(missing, m => Assert.True(CellParser.IsMissing(Encoding.ASCII.GetBytes(m)), m));
        Assert.All(["Na", " ", "none", "Null", "0", "-"], m => Assert.False(CellParser.IsMissing(Encoding.ASCII.GetBytes(m)), m));
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("\n\n", "The file is empty: there is no header line.")]
    [InlineData("a,b\n", "Line 2, column 1: the file has a header but no rows.")]
    [InlineData("a,b\n1,2\n3\n", "Line 3, column 2: the row has 1 field, the header has 2.")]
    [InlineData("a,b\n1,2\n\n3,4,5\n", "Line 4, column 3: the row has 3 fields, the header has 2.")]
    [InlineData("a,b\n1,\"x\ny\n", "Line 2, column 2: the quote that begins here is never closed.")]
    [InlineData("a,b\n\"x\"y,2\n", "Line 2, column 1: there is text after the closing quote; a quote within a quoted cell is written twice.")]
    [InlineData("a,b,a\n1,2,3\n", "Line 1, column 3: the column name 'a' is that of column 1 already; rename one.")]
    [InlineData("PAR1....", "Line 1, column 1: the file is Parquet, which is not supported; export it as CSV.")]
    [InlineData("a,b\n1,\0\n", "Line 2, column 2: a NUL character at byte 3 of the line; is this a binary file, or text in UTF-16?.")]
    [InlineData("a,b\n\"1\n2\",3\n4,5,6\n", "Line 4, column 3: the row has 3 fields, the header has 2.")]
    public async Task A_bad_file_is_told_by_line_and_column(string text, string message)
    {
        foreach (var block in new[] { 1, 7, 1 << 20 })
        {
            var failure = await Assert.ThrowsAsync<DatasetFormatException>(() =>
                MemoryDataset.ReadAsync(Encoding.UTF8.GetBytes(text), new DatasetReadOptions { BlockBytes = block, Parallelism = 2 }));

            Assert.Equal(message, failure.Message);
        }
    }

    [Fact]
    public async Task Gzip_that_is_cut_damaged_or_continued_is_refused()
    {
        var good = CsvStyle.Compress(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i},x\n"))));
        Assert.Equal(5000, (await MemoryDataset.ReadAsync(good)).Count);
        Assert.Equal(5001, (await MemoryDataset.ReadAsync([.. good, .. CsvStyle.Compress("9,y\n"u8.ToArray())])).Count);

        foreach (var cut in new[] { 2, 9, good.Length / 2, good.Length - 9, good.Length - 8, good.Length - 1 })
        {
            var failure = await Assert.ThrowsAsync<DatasetFormatException>(() => MemoryDataset.ReadAsync(good[..cut]));
            Assert.Contains("truncated", failure.Message, StringComparison.Ordinal);
        }

        var continued = await Assert.ThrowsAsync<DatasetFormatException>(() => MemoryDataset.ReadAsync([.. good, 1, 2, 3]));
        Assert.Contains("goes on after the end", continued.Message, StringComparison.Ordinal);
        var bomb = await Assert.ThrowsAsync<DatasetFormatException>(() =>
            MemoryDataset.ReadAsync(good, new DatasetReadOptions { MaxFileBytes = 10_000 }));
        Assert.Contains("when decompressed", bomb.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_limit_gives_just_those_rows_and_sees_no_later_fault()
    {
        var text = "a,b\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},x\n")) + "ragged\n";

        var rows = await MemoryDataset.ReadAsync(Encoding.UTF8.GetBytes(text), new DatasetReadOptions { BlockBytes = 20, Parallelism = 3 }, request: new ReadRequest { MaxRows = 100 });

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), rows.Select(r => r[0]));
    }
}

using System.IO.Compression;
using System.Text;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Tests.Datasets.Reading;

/// <summary>Files as they come from the world, made here: each is refused with a reason, whatever the size of the blocks it is read in.</summary>
public sealed class BadFileTests
{
    private static readonly Dictionary<string, (byte[] Bytes, string Reason)> Files = new(StringComparer.Ordinal)
    {
        ["empty"] = ([], "empty"),
        ["blank lines only"] = (Text("\n\r\n\n"), "no header line"),
        ["a byte order mark only"] = ([0xEF, 0xBB, 0xBF], "empty"),
        ["header only"] = (Text("a,b,c\n"), "header but no rows"),
        ["header without line end"] = (Text("a,b,c"), "header but no rows"),
        ["header and blank lines"] = (Text("a,b\n\n\n"), "header but no rows"),
        ["short row"] = (Text("a,b,c\n1,2,3\n4,5\n"), "Line 3, column 3"),
        ["long row"] = (Text("a,b\n1,2\n3,4,5\n"), "Line 3, column 3"),
        ["short last row without line end"] = (Text("a,b\n1,2\n3"), "Line 3, column 2"),
        ["long row after a thousand good ones"] = (Text("a,b\n" + Lines("1,2\n", 1000) + "1,2,3\n"), "Line 1002, column 3"),
        ["short row after carriage returns"] = (Text("a,b\r1,2\r3\r"), "Line 3, column 2"),
        ["short row after returns and feeds"] = (Text("a,b\r\n1,2\r\n3\r\n"), "Line 3, column 2"),
        ["short row after a cell of three lines"] = (Text("a,b\n\"1\n2\n3\",2\n3\n"), "Line 5, column 2"),
        ["row of another delimiter"] = (Text("a;b\n1;2\n3,4\n"), "Line 3, column 2"),
        ["trailing delimiter in one row"] = (Text("a,b\n1,2,\n"), "Line 2, column 3"),
        ["unclosed quote"] = (Text("a,b\n1,\"2\n3,4\n"), "Line 2, column 2: the quote that begins here is never closed"),
        ["unclosed quote in the last cell"] = (Text("a,b\n1,2\n3,\""), "Line 3, column 2: the quote"),
        ["unclosed quote in the header"] = (Text("a,\"b\n1,2\n"), "Line 1, column 2: the quote"),
        ["text after a closing quote"] = (Text("a,b\n\"1\"2,3\n"), "Line 2, column 1: there is text after the closing quote"),
        ["blank after a closing quote"] = (Text("a,b\n\"1\" ,3\n"), "Line 2, column 1: there is text after the closing quote"),
        ["quote escaped by a backslash"] = (Text("a,b\n\"x\\\"y\",3\n"), "Line 2, column 1"),
        ["duplicate column names"] = (Text("a,b,a\n1,2,3\n"), "column name 'a' is that of column 1 already"),
        ["duplicate quoted column names"] = (Text("\"a\",a\n1,2\n"), "column name 'a' is that of column 1 already"),
        ["an unnamed column beside its own replacement"] = (Text(",Unnamed: 0\n1,2\n"), "'Unnamed: 0'"),
        ["NUL in a cell"] = (Text("a,b\n1,\0\n"), "Line 2, column 2: a NUL"),
        ["NUL in the header"] = (Text("a,\0b\n1,2\n"), "NUL"),
        ["NULs at the end, as after a crash"] = (Text("a,b\n1,2\n\0\0\0\0"), "NUL"),
        ["UTF-16, little end first"] = ([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("a,b\n1,2\n")], "UTF-16"),
        ["UTF-16, big end first"] = ([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes("a,b\n1,2\n")], "UTF-16"),
        ["UTF-16 without a mark"] = (Encoding.Unicode.GetBytes("a,b\n1,2\n"), "UTF-16"),
        ["UTF-32"] = ([.. Encoding.UTF32.GetPreamble(), .. Encoding.UTF32.GetBytes("a,b\n1,2\n")], "UTF-32"),
        ["Latin-1"] = (Encoding.Latin1.GetBytes("a,b\n1,caf\u00E9\n"), "Line 2, column 2: the byte 0xE9 at byte 6 of the line is not valid UTF-8"),
        ["Latin-1 in the header"] = (Encoding.Latin1.GetBytes("a,\u00FCber\n1,2\n"), "0xFC"),
        ["UTF-8 cut within a character"] = ([.. Text("a,b\n1,"), 0xE6, 0x97], "not valid UTF-8"),
        ["overlong UTF-8"] = ([.. Text("a,b\n1,"), 0xC0, 0xAF, (byte)'\n'], "not valid UTF-8"),
        ["a surrogate in UTF-8"] = ([.. Text("a,b\n1,"), 0xED, 0xA0, 0x80, (byte)'\n'], "not valid UTF-8"),
        ["a zip renamed to csv"] = (Zip(), "zip archive"),
        ["Parquet"] = (Text("PAR1\u0015\u0004"), "Parquet"),
        ["bzip2"] = ([.. Text("BZh9"), 0x31, 0x41, 0x59], "bzip2"),
        ["xz"] = ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz"),
        ["zstd"] = ([0x28, 0xB5, 0x2F, 0xFD, 0, 0], "zstd"),
        ["gzip twice"] = (Gzip(Gzip(Text("a,b\n1,2\n"))), "gzip twice"),
        ["gzip cut"] = (Gzip(Text("a,b\n" + Lines("1,2\n", 500)))[..^9], "truncated"),
        ["gzip with a wrong checksum"] = (Flipped(Gzip(Text("a,b\n" + Lines("1,2\n", 500))), fromEnd: 6), "damaged"),
        ["gzip of nothing"] = (Gzip([]), "empty"),
        ["gzip of a ragged file"] = (Gzip(Text("a,b\n1,2,3\n")), "Line 2, column 3"),
        ["more than may be, decompressed"] = (Gzip(Text("a,b\n" + Lines("1,2\n", 300_000))), "limit (Datasets:MaxFileBytes)"),
        ["a huge cell"] = (Text("a,b\n1," + new string('x', 5000) + "\n"), "longer than 4096 bytes (Datasets:MaxCellBytes)"),
        ["a huge quoted cell"] = (Text("a,b\n1,\"" + new string('x', 5000) + "\"\n"), "longer than 4096 bytes (Datasets:MaxCellBytes)"),
        ["a huge column name"] = (Text(new string('x', 2000) + ",b\n1,2\n"), "column name is longer than"),
        ["too many columns"] = (Text(Lines("c,", 60) + "\n"), "at most 50 are allowed"),
        ["JSON given as CSV"] = (Text("[{\"a\": 1, \"b\": 2},\n {\"a\": 3}]\n"), "Line 2"),
        ["HTML"] = (Text("<!DOCTYPE html>\n<html><body a=\"1\", b=\"2\">\n</body></html>\n"), "Line 2"),
    };

    public static TheoryData<string> Names => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Bad_file_is_refused_with_its_reason(string name)
    {
        var (bytes, reason) = Files[name];
        foreach (var (block, atMost) in new[] { (1 << 20, int.MaxValue), (64, 7), (1, 1) })
        {
            var options = new DatasetReadOptions
            {
                BlockBytes = block, Parallelism = 2, MaxCellBytes = 4096, MaxRowBytes = 64 << 10, MaxColumns = 50, MaxFileBytes = 1 << 20,
            };
            var reading = MemoryDataset.ReadAsync(bytes, options, bytes.Length > 10_000 ? int.MaxValue : atMost);

            var failure = await Record.ExceptionAsync(() => reading.WaitAsync(Waiting.AtMost, TestContext.Current.CancellationToken));

            Assert.True(failure is DatasetFormatException, $"in blocks of {block}: {failure?.ToString() ?? "read without a fault"}");
            Assert.Contains(reason, failure!.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Lines(string line, int count) => string.Concat(Enumerable.Repeat(line, count));

    private static byte[] Flipped(byte[] bytes, int fromEnd)
    {
        bytes[^fromEnd] ^= 1;
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    private static byte[] Zip()
    {
        using var result = new MemoryStream();
        using (var zip = new ZipArchive(result, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("data.csv").Open();
            entry.Write("a,b\n1,2\n"u8);
        }

        return result.ToArray();
    }
}

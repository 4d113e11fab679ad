using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Generated;

/// <summary>How a table is written as CSV.</summary>
/// <param name="Delimiter">Between fields; one column has none to be found by and is read as if with commas.</param>
/// <param name="LineEnd">After the header and each row.</param>
/// <param name="Mark">A byte order mark goes before.</param>
/// <param name="QuotesAll">Also fields that need none.</param>
/// <param name="BlankLines">A blank line goes before every third row.</param>
/// <param name="LastLineEnds">Otherwise the file ends with the last field.</param>
/// <param name="Gzip">Compressed.</param>
internal sealed record CsvStyle(char Delimiter, string LineEnd, bool Mark, bool QuotesAll, bool BlankLines, bool LastLineEnds, bool Gzip)
{
    public static CsvStyle Plain { get; } = new(',', "\n", Mark: false, QuotesAll: false, BlankLines: false, LastLineEnds: true, Gzip: false);

    public static Gen<CsvStyle> Any { get; } =
        from delimiter in Gen.Elements(',', ';', '\t', '|')
        from end in Gen.Elements("\n", "\r\n", "\r")
        from flags in Gen.Elements(true, false).ArrayOf(5)
        select new CsvStyle(delimiter, end, flags[0], flags[1], flags[2], flags[3], flags[4]);

    /// <summary>The dialect with one thing less out of the ordinary.</summary>
    public IEnumerable<CsvStyle> Plainer() =>
        new[]
        {
            this with { Gzip = false }, this with { Mark = false }, this with { BlankLines = false }, this with { QuotesAll = false },
            this with { LastLineEnds = true }, this with { LineEnd = "\n" }, this with { Delimiter = ',' },
        }.Where(plainer => plainer != this);

    /// <summary>The table below a header of made names.</summary>
    public byte[] Write(string[][] table)
    {
        var (columns, text) = (table[0].Length, new StringBuilder(Mark ? "\uFEFF" : ""));
        var delimiter = columns == 1 ? ',' : Delimiter;
        text.AppendJoin(delimiter, Enumerable.Range(0, columns).Select(i => $"column{i}")).Append(LineEnd);
        for (var row = 0; row < table.Length; row++)
        {
            if (BlankLines && row % 3 == 0)
                text.Append(LineEnd);
            text.AppendJoin(delimiter, table[row].Select(v => Quote(v, delimiter, columns))).Append(LineEnd);
        }

        if (!LastLineEnds)
            text.Length -= LineEnd.Length;
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return Gzip ? Compress(bytes) : bytes;
    }

    public static byte[] Compress(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return memory.ToArray();
    }

    // A quote within an unquoted value is a character of it; at its beginning it would open one.
    private string Quote(string value, char delimiter, int columns) =>
        QuotesAll || value.AsSpan().IndexOfAny('\n', '\r', delimiter) >= 0 || value.StartsWith('"') || (columns == 1 && string.IsNullOrWhiteSpace(value))
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
}

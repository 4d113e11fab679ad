using System.Text;
using AsyncStack.Core.Datasets;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Finds delimiter and column names in the first bytes of a file.</summary>
internal static class CsvHead
{
    private const int SampleRows = 20;
    private const int MaxNameBytes = 1024;

    /// <summary>Reads the header from a block of the file's first bytes, byte order mark left out; answers where the rows begin.</summary>
    /// <exception cref="DatasetFormatException">There is no usable header.</exception>
    public static (DatasetHeader Header, int RowsAt, long Lines) Read(
        RowBlock head, DatasetFormat format, bool bom, bool gzip, bool whole, DatasetReadOptions options)
    {
        var delimiter = format == DatasetFormat.Json ? (byte)',' : FindDelimiter(head, whole, options);
        var indexer = new CsvIndexer(delimiter, options.MaxColumns, options);
        head.Clear(keepText: true);
        var (at, next, fields) = (0, 0, 0);
        while (next < head.Length && fields == 0)
        {
            at = next;
            next = indexer.ScanRow(head, at, counted: false, out fields);
            if (next < 0)
                throw Lines.Locate(head.Text, 0, head.Fault!);
        }

        if (fields == 0)
            throw new DatasetFormatException("The file is empty: there is no header line.");
        var line = Lines.Count(head.Text[..at]) + 1;
        if (fields > options.MaxColumns)
            throw new DatasetFormatException($"Line {line}: the header has {fields} columns; at most {options.MaxColumns} are allowed (Datasets:{nameof(options.MaxColumns)}).", line);
        head.Starts[0] = at;
        (head.ColumnCount, head.RowCount, head.HasQuotes) = (fields, 1, true);
        CsvIndexer.CheckBytes(head, next, fields);
        if (head.Fault is { } fault)
            throw Lines.Locate(head.Text, 0, fault);
        var names = ReadNames(head, line);
        var end = head.Ends[fields - 1];
        var newLine = head.Text[end] == '\n' ? "\n" : next - end == 2 ? "\r\n" : "\r";
        var dialect = new Dialect(delimiter, bom ? "utf-8-sig" : "utf-8", bom, gzip, newLine, format);
        return (new DatasetHeader(dialect, names, head.RawRow(0).ToArray()), next, Lines.Count(head.Text[..next]));
    }

    private static string[] ReadNames(RowBlock head, long line)
    {
        var names = new string[head.ColumnCount];
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var cell = head.Cell(0, i);
            if (cell.Length > MaxNameBytes)
                throw new DatasetFormatException($"Line {line}, column {i + 1}: the column name is longer than {MaxNameBytes} bytes; does the file begin with a header?", line, i + 1);
            names[i] = cell.IsEmpty ? $"Unnamed: {i}" : Encoding.UTF8.GetString(cell);
            if (!seen.TryAdd(names[i], i))
                throw new DatasetFormatException($"Line {line}, column {i + 1}: the column name '{names[i]}' is that of column {seen[names[i]] + 1} already; rename one.", line, i + 1);
        }

        return names;
    }

    // The one that cuts the first rows alike, into most cells; else the one that cuts the header most. In a tie the one rarer in text.
    private static byte FindDelimiter(RowBlock head, bool whole, DatasetReadOptions options)
    {
        var (best, score) = ((byte)',', (Alike: false, Fields: 1));
        foreach (var candidate in "\t|;,"u8)
        {
            var found = Try(head, candidate, whole, options);
            if (found.Fields > 1 && (found.Alike, found.Fields).CompareTo(score) > 0)
                (best, score) = (candidate, found);
        }

        return best;
    }

    private static (bool Alike, int Fields) Try(RowBlock head, byte delimiter, bool whole, DatasetReadOptions options)
    {
        var indexer = new CsvIndexer(delimiter, options.MaxColumns, options);
        var (at, header, rows) = (0, 0, 0);
        while (at < head.Length && rows < SampleRows)
        {
            head.Clear(keepText: true);
            at = indexer.ScanRow(head, at, counted: false, out var fields);
            // The sample may end within a row, which then says nothing.
            if (at < 0 || (at == head.Length && !whole && rows > 0))
                return (at >= 0 || (!whole && rows > 0), header);
            if (fields == 0)
                continue;
            if (rows++ == 0)
                header = fields;
            else if (fields != header)
                return (false, header);
        }

        return (true, header);
    }
}

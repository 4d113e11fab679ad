using System.Buffers.Text;
using System.Text;

namespace AsyncStack.Bench.Datasets.Answers;

/// <summary>Reads a table of unquoted numbers, independently of what made it.</summary>
internal static class CsvSums
{
    // Weighs rows by their place, so that the same rows in another order sum up differently.
    private const int Weights = 1009;

    /// <summary>The rows; of each column its sum, its sum by the rows' places, and its missing values.</summary>
    public static IReadOnlyDictionary<string, double> Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var buffer = new byte[1 << 20];
        Columns? columns = null;
        for (var kept = 0; ;)
        {
            var read = file.Read(buffer, kept, buffer.Length - kept);
            if (read == 0)
                return (kept, columns) is (0, not null) ? columns.Sums() : throw new InvalidDataException($"'{path}' does not end with a line.");
            var rest = buffer.AsSpan(0, kept + read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                if (columns is null)
                    columns = new Columns(Encoding.UTF8.GetString(rest[..end]).TrimEnd('\r').Split(','));
                else
                    columns.Add(rest[..end].TrimEnd((byte)'\r'));
            }

            kept = rest.Length;
            rest.CopyTo(buffer);
        }
    }

    private sealed class Columns(string[] names)
    {
        private readonly double[] _sums = new double[names.Length];
        private readonly double[] _weighed = new double[names.Length];
        private readonly long[] _missing = new long[names.Length];
        private long _rows;

        public void Add(ReadOnlySpan<byte> row)
        {
            var weight = (_rows++ % Weights) + 1;
            for (var column = 0; column < names.Length; column++)
            {
                var end = row.IndexOf((byte)',');
                var cell = end < 0 ? row : row[..end];
                row = end < 0 ? default : row[(end + 1)..];
                if (cell.IsEmpty)
                {
                    _missing[column]++;
                    continue;
                }

                if (!Utf8Parser.TryParse(cell, out double value, out var used) || used != cell.Length)
                    throw new InvalidDataException($"Row {_rows - 1} has '{Encoding.UTF8.GetString(cell)}' in column '{names[column]}'.");
                _sums[column] += value;
                _weighed[column] += value * weight;
            }
        }

        public Dictionary<string, double> Sums()
        {
            var sums = new Dictionary<string, double> { ["rows"] = _rows };
            for (var column = 0; column < names.Length; column++)
            {
                sums[$"sum of {names[column]}"] = _sums[column];
                sums[$"sum of {names[column]} by place"] = _weighed[column];
                sums[$"missing {names[column]}"] = _missing[column];
            }

            return sums;
        }
    }
}

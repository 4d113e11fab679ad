using System.Globalization;
using System.Text;

namespace AsyncStack.Worker.Tests.Datasets.Metrics;

/// <summary>A random table as text, and the same as values: null, double, bool or string.</summary>
internal sealed class NaiveTable
{
    public static readonly string[] Names = ["whole", "part", "flag", "word", "many"];
    private static readonly string[] Halves = ["{0}.5", "{0}.50", "{0}5e-1", " {0}.5"];

    private readonly StringBuilder _text = new StringBuilder().AppendJoin(',', Names).Append('\n');

    public NaiveTable(int seed, int rows)
    {
        var random = new Random(seed);
        for (var row = 0; row < rows; row++)
        {
            object?[] values = [
                random.Next(8) == 0 ? null : (double)random.Next(-3, 4),
                random.Next(8) == 0 ? null : random.Next(0, 5) + 0.5,
                random.Next(3) == 0,
                random.Next(8) == 0 ? null : "w\"" + random.Next(6),
                (double)random.Next(rows)];
            Rows.Add(values);
            _text.AppendJoin(',', values.Select(v => Write(v, random))).Append('\n');
        }
    }

    public List<object?[]> Rows { get; } = [];

    public MemoryStream Csv => new(Encoding.UTF8.GetBytes(_text.ToString()));

    // Equal values are written in several ways.
    private static string Write(object? value, Random random) => value switch
    {
        null => random.Next(2) == 0 ? "" : "NaN",
        double number when number != Math.Floor(number) =>
            string.Format(CultureInfo.InvariantCulture, Halves[random.Next(Halves.Length)], Math.Floor(number)),
        double number => (random.Next(2) == 0 && number >= 0 ? "+" : "") + number.ToString(CultureInfo.InvariantCulture),
        bool truth => random.Next(2) == 0 ? truth.ToString() : truth.ToString().ToUpperInvariant(),
        _ => $"\"{((string)value).Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
    };

    /// <summary>Rows that pandas' duplicated flags.</summary>
    public long Duplicates(int limit, string? keep, params int[] columns) => Rows.Take(limit)
        .GroupBy(row => string.Join('|', columns.Select(c => row[c] ?? "(null)")))
        .Sum(group => keep is null ? (group.Count() > 1 ? group.Count() : 0) : group.Count() - 1);
}

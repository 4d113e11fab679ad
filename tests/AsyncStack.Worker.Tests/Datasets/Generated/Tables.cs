using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncStack.Worker.Tests.Datasets.Generated;

/// <summary>Tables of any texts, rows of equal length, and how a failing one becomes smaller.</summary>
internal static class Tables
{
    private static readonly string[] Pieces =
        ["a", "7", "-1.5", " ", "\"", "\\", "é", "日", ",", ";", "|", "\t", "\n", "\r\n", "\r", "long text that fills a vector and more", "NA", "'"];

    /// <summary>Texts that are hard on a reader, and characters from all of Unicode; a NUL is refused by every reader of ours.</summary>
    public static Gen<string> Text { get; } =
        from count in Gen.Choose(0, 3)
        from parts in Gen.Frequency((6, Gen.Elements(Pieces)), (1, Gen.Choose(1, 0x10FFFF).Where(Rune.IsValid).Select(c => new Rune(c).ToString()))).ArrayOf(count)
        select string.Concat(parts);

    /// <summary>Tables of up to so many rows and columns.</summary>
    public static Gen<string[][]> UpTo(int rows, int columns, int leastColumns = 1) =>
        from width in Gen.Choose(leastColumns, columns)
        from height in Gen.Choose(1, rows)
        from cells in Text.ArrayOf(width).ArrayOf(height)
        select cells;

    /// <summary>The table without some rows, without a column, and with a shorter cell.</summary>
    public static IEnumerable<string[][]> Smaller(string[][] table, int leastColumns = 1)
    {
        for (var part = table.Length / 2; part > 0; part /= 2)
        {
            for (var from = 0; from < table.Length; from += part)
                yield return [.. table[..from], .. table[Math.Min(from + part, table.Length)..]];
        }

        for (var column = 0; column < table[0].Length && table[0].Length > leastColumns; column++)
            yield return Array.ConvertAll(table, row => row.Where((_, at) => at != column).ToArray());
        for (var row = 0; row < table.Length; row++)
        {
            for (var column = 0; column < table[0].Length; column++)
            {
                foreach (var shorter in Shorter(table[row][column]))
                    yield return With(table, row, column, shorter);
            }
        }
    }

    private static IEnumerable<string> Shorter(string text)
    {
        if (text.Length > 1)
            yield return "";
        var runes = text.EnumerateRunes().ToArray();
        for (var left = 0; left < runes.Length; left++)
            yield return string.Concat(runes.Where((_, at) => at != left));
    }

    private static string[][] With(string[][] table, int row, int column, string text)
    {
        var changed = Array.ConvertAll(table, cells => (string[])cells.Clone());
        changed[row][column] = text;
        return changed;
    }
}

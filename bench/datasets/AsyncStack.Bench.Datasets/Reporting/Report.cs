namespace AsyncStack.Bench.Datasets.Reporting;

/// <summary>Prints what was measured; falling short of a target is said, and is not a fault.</summary>
internal static class Report
{
    private const double TimesPandas = 5;
    private const double TimesDuckDb = 2;
    private const double PeakMegabytes = 400;
    private const double Growth = 1.1;
    private const double UploadShare = 1.2;

    public static void Write(TextWriter output, IReadOnlyList<Result> results, IReadOnlyList<Upload> uploads)
    {
        Table(output, ["", "system", "seconds", "wall", "CPU user", "system", "peak MB", "ours is", "target", ""], results.Select(x => Line(x, results)));
        Table(output, ["growth 100 MB to 1 GB", "times", "target", ""], Grown(results));
        Table(output, ["upload", "seconds", "MB/s", "CPU of the Api", "of page cache", "of plain", "target", ""], uploads.Select(Line));
    }

    private static string[] Line(Result x, IReadOnlyList<Result> all)
    {
        var figures = x.Figures;
        var (standing, target, mark) = Standing(x, all);
        return
        [
            $"{x.Size} {x.Work}", x.System, $"{figures.Seconds:0.00}", $"{figures.WallSeconds:0.00}", $"{figures.UserSeconds:0.00}",
            $"{figures.SystemSeconds:0.00}", $"{figures.PeakBytes / 1e6:0}", standing, target, mark,
        ];
    }

    private static (string Standing, string Target, string Mark) Standing(Result x, IReadOnlyList<Result> all)
    {
        if (x.System == "ours")
            return ("", $"≤ {PeakMegabytes:0} MB", Mark(x.Figures.PeakBytes / 1e6, PeakMegabytes, atLeast: false));
        var ours = all.FirstOrDefault(y => (y.Size, y.Work, y.System) == (x.Size, x.Work, "ours"));
        if (ours is null)
            return ("", "", "");
        var times = x.Figures.Seconds / ours.Figures.Seconds;
        var limit = x.System switch { "pandas" => TimesPandas, "duckdb" => TimesDuckDb, _ => (double?)null };
        return x.Work == "profile" || limit is null
            ? ($"{times:0.0} ×", "", "")
            : ($"{times:0.0} ×", $"≥ {limit:0} ×", Mark(times, limit.Value, atLeast: true));
    }

    private static IEnumerable<string[]> Grown(IReadOnlyList<Result> results) =>
        from small in results
        where small is { System: "ours", Size: "100MB" }
        let big = results.FirstOrDefault(x => (x.System, x.Size, x.Work) == ("ours", "1GB", small.Work))
        where big is not null
        let times = big.Figures.Seconds / small.Figures.Seconds
        select (string[])[small.Work, $"{times:0.0} ×", $"≤ {10 * Growth:0} ×", Mark(times, 10 * Growth, atLeast: false)];

    private static string[] Line(Upload x)
    {
        var share = x.Seconds / x.Beside;
        return
        [
            $"{x.Size} {x.Way}", $"{x.Seconds:0.00}", $"{x.Bytes / 1e6 / x.Seconds:0}", $"{x.CpuSeconds:0.00}",
            x.Unflushed > 0 ? $"{x.Seconds / x.Unflushed:0.00} ×" : "", share is null ? "" : $"{share:0.00} ×",
            share is null ? "" : $"≤ {UploadShare:0.0} ×", share is null ? "" : Mark(share.Value, UploadShare, atLeast: false),
        ];
    }

    private static string Mark(double value, double limit, bool atLeast) =>
        (atLeast ? value >= limit : value <= limit) ? "pass" : $"short by {Math.Abs(value - limit) / limit:P0}";

    private static void Table(TextWriter output, string[] head, IEnumerable<string[]> lines)
    {
        var rows = lines.Prepend(head).ToList();
        if (rows.Count == 1)
            return;
        var widths = head.Select((_, column) => rows.Max(x => x[column].Length)).ToArray();
        output.WriteLine();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", row.Select((x, column) => column == 0 ? x.PadRight(widths[0]) : x.PadLeft(widths[column]))).TrimEnd());
    }
}

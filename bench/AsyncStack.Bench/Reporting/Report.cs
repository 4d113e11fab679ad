namespace AsyncStack.Bench.Reporting;

/// <summary>One line of the table: what each system came to, and our standing against the target where there is one.</summary>
internal sealed record Row(string What, string Ours = "", string Celery = "", string Raw = "", string Standing = "", Target? Target = null);

/// <summary>A figure held against what it should be.</summary>
/// <param name="Value">What was measured.</param>
/// <param name="Limit">What it should reach, or stay under.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Unit">Follows the limit in print.</param>
internal sealed record Target(double Value, double Limit, bool AtLeast, string Unit)
{
    private bool Met => AtLeast ? Value >= Limit : Value <= Limit;

    public override string ToString() => $"{(AtLeast ? "≥" : "≤")} {Limit:0.##} {Unit}";

    /// <summary><c>pass</c>, or <c>short</c> and by how much.</summary>
    public string Mark => Met ? "pass" : $"short by {Math.Abs(Value - Limit) / Limit:P0}";
}

/// <summary>Prints what was measured as one table.</summary>
internal static class Report
{
    public static void Write(TextWriter output, SystemFigures ours, SystemFigures celery, double? raw) =>
        Write(output, ["", "ours", "celery", "raw", "standing", "target", ""], Rows(ours, celery, raw));

    /// <summary>The same for gRPC, whose peer is another.</summary>
    public static void WriteGrpc(TextWriter output, GrpcFigures ours, GrpcFigures peer) => Write(
        output,
        ["gRPC", "ours", "grpc-js", "", "standing", "", ""],
        [
            .. Calls("Health/Check, calls a second", ours.Check, peer.Check),
            .. Calls("GetTaskStatus, calls a second", ours.Get, peer.Get),
            .. Calls("ProcessTask, calls a second", ours.Process, peer.Process),
        ]);

    /// <summary>The same for resources, which have no peer.</summary>
    public static void WriteResources(TextWriter output, ResourceFigures ours) => Write(
        output,
        ["resources", "ours", "", "", "", "", ""],
        [
            .. Calls("created a second", ours.Create, null),
            .. Calls("read a second", ours.Read, null),
            .. Calls("replaced a second", ours.Replace, null),
            .. Calls("deleted a second", ours.Delete, null),
            new Row("events published in order and taken in, a second", Rate(ours.EventsPerSecond)),
        ]);

    /// <summary>The same for telemetry: the first column with all of it, the second without.</summary>
    public static void WriteTelemetry(TextWriter output, TelemetryFigures figures)
    {
        if (figures.Ratio is not { } ratio)
            return;
        var rounds = figures.On.Zip(figures.Off, (on, off) => new Row("  a round", Rate(on), Rate(off), "", $"{on / off:P0}"));
        Write(
            output,
            ["telemetry", "on", "off", "", "standing", "target", ""],
            [
                new Row(
                    "end to end, jobs a second, median", Rate(TelemetryFigures.Median(figures.On)), Rate(TelemetryFigures.Median(figures.Off)), "",
                    $"{ratio * 100:0} %", new Target(ratio * 100, 90, true, "%")),
                .. rounds,
                .. Cpu(figures),
                .. figures.ReceivedBytes is { } bytes ? [new Row("received by OTLP, MB", $"{bytes / 1e6:N0}")] : Array.Empty<Row>(),
            ]);
    }

    /// <summary>The same for what it costs to know who calls.</summary>
    public static void WriteAuth(TextWriter output, AuthFigures figures)
    {
        if (figures.Ratio is not { } ratio)
            return;
        var rounds = figures.Guarded.Zip(figures.Open, (guarded, open) => new Row("  round", Rate(guarded), Rate(open), "", $"{guarded / open * 100:0.0} %"));
        Write(
            output,
            ["auth", "key", "anonymous", "", "standing", "target", ""],
            [
                new Row(
                    "accepted a second, median", Rate(TelemetryFigures.Median(figures.Guarded)), Rate(TelemetryFigures.Median(figures.Open)), "",
                    $"{ratio * 100:0.0} %", new Target(ratio * 100, 95, true, "%")),
                .. rounds,
            ]);
    }

    private static IEnumerable<Row> Cpu(TelemetryFigures figures)
    {
        foreach (var process in figures.On.Count == 0 ? [] : figures.OnCpu[0].Keys.Where(name => name is "api" or "worker" or TelemetryFigures.Machine))
        {
            var (on, off) = (TelemetryFigures.Median([.. figures.OnCpu.Select(r => r[process])]), TelemetryFigures.Median([.. figures.OffCpu.Select(r => r[process])]));
            yield return new Row($"  CPU of {process} for a job, µs", $"{on:0}", $"{off:0}", "", $"{on - off:+0;-0} µs");
        }
    }

    private static void Write(TextWriter output, string[] head, IEnumerable<Row> measured)
    {
        var rows = measured.Where(IsMeasured).Select(Cells).ToList();
        if (rows.Count == 0)
            return;
        rows.Insert(0, head);
        var widths = Enumerable.Range(0, 7).Select(column => rows.Max(x => x[column].Length)).ToArray();
        output.WriteLine();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select(
                (cell, column) => column is 0 or 6 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
        }
    }

    private static bool IsMeasured(Row row) => row.Ours.Length + row.Celery.Length + row.Raw.Length > 0;

    private static string[] Cells(Row row) =>
        [row.What, row.Ours, row.Celery, row.Raw, row.Standing, row.Target?.ToString() ?? "", row.Target?.Mark ?? ""];

    private static IEnumerable<Row> Rows(SystemFigures ours, SystemFigures celery, double? raw) =>
        [.. Throughput(ours, celery, raw), .. Latency(ours.Latency, celery.Latency), .. Footprint(ours)];

    private static IEnumerable<Row> Throughput(SystemFigures ours, SystemFigures celery, double? raw)
    {
        var peer = celery.EndToEnd?.CompletedPerSecond;
        yield return Against("accepted a second (wrk)", ours.Accept?.PerSecond, celery.Accept?.PerSecond, 5);
        yield return new Row("  latency p50 / p99, ms", Pair(ours.Accept?.P50, ours.Accept?.P99), Pair(celery.Accept?.P50, celery.Accept?.P99));
        yield return Against("end to end, jobs a second", ours.EndToEnd?.CompletedPerSecond, peer, 8);
        yield return new Row("  accepted meanwhile", Rate(ours.EndToEnd?.AcceptedPerSecond), Rate(celery.EndToEnd?.AcceptedPerSecond));
        var share = ours.EndToEnd?.CompletedPerSecond / raw * 100;
        yield return new Row(
            "  against publish + consume alone", Rate(ours.EndToEnd?.CompletedPerSecond), "", Rate(raw),
            share is null ? "" : $"{share:0} %", share is null ? null : new Target(share.Value, 35, true, "%"));
        if (ours.WithCallback is null)
            yield break;
        yield return Against("called back, jobs a second", ours.WithCallback.CalledBackPerSecond, peer, 3, "without callback");
        yield return new Row(
            "  accepted / completed meanwhile",
            Pair(ours.WithCallback.AcceptedPerSecond, ours.WithCallback.CompletedPerSecond, "N0"));
    }

    private static IEnumerable<Row> Latency(LatencyFigures? ours, LatencyFigures? celery)
    {
        yield return new Row("50 jobs/s: submit to accepted p50 / p99, ms", Pair(ours?.Accepted), Pair(celery?.Accepted));
        yield return Within("  submit to completed p50, ms", ours?.Completed.P50, celery?.Completed.P50, 5);
        yield return Within("  submit to completed p99, ms", ours?.Completed.P99, celery?.Completed.P99, 15);
        yield return Within("  submit to callback p50, ms", ours?.CalledBack?.P50, null, 10);
        yield return Within("  submit to callback p99, ms", ours?.CalledBack?.P99, null, 30);
    }

    private static IEnumerable<Row> Footprint(SystemFigures ours)
    {
        if (ours.Processes.Count == 0)
            yield break;
        var idle = ours.Processes.Sum(x => x.IdlePercent);
        yield return new Row("idle CPU of our processes, % of a core", $"{idle:0.0}", Target: new Target(idle, 3, false, "%"));
        foreach (var process in ours.Processes)
        {
            var megabytes = process.ResidentBytes / 1024.0 / 1024;
            yield return new Row(
                $"  {process.Name}: idle %, RSS after the run, MB", $"{process.IdlePercent:0.0} / {megabytes:0}",
                Target: new Target(megabytes, 150, false, "MB"));
        }
    }

    private static IEnumerable<Row> Calls(string what, CallFigures? ours, CallFigures? peer)
    {
        var ratio = ours?.PerSecond / peer?.PerSecond;
        yield return new Row(what, Rate(ours?.PerSecond), Rate(peer?.PerSecond), "", ratio is null ? "" : $"{ratio:0.0} ×");
        yield return new Row("  latency p50 / p99, ms", Pair(ours?.Latency), Pair(peer?.Latency));
    }

    private static Row Against(string what, double? ours, double? celery, double times, string note = "")
    {
        var ratio = ours / celery;
        return new Row(
            what, Rate(ours), Rate(celery), "", ratio is null ? "" : $"{ratio:0.0} × {note}".TrimEnd(),
            ratio is null ? null : new Target(ratio.Value, times, true, "×"));
    }

    private static Row Within(string what, double? ours, double? celery, double limit) => new(
        what, $"{ours:0.0}", $"{celery:0.0}", Target: ours is null ? null : new Target(ours.Value, limit, false, "ms"));

    private static string Rate(double? value) => $"{value:N0}";

    private static string Pair(Percentiles? value) => Pair(value?.P50, value?.P99);

    private static string Pair(double? first, double? second, string format = "0.0") =>
        first is null ? "" : $"{first.Value.ToString(format)} / {second?.ToString(format)}";
}
